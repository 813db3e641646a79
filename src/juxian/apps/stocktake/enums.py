"""As of when a stock-take knows its facts (盘点口径)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Knowledge(models.TextChoices):
    """What counts as known of a day (口径): all that stands today, or what the register held on the day itself."""

    NOW = "now", _("按现在掌握的信息")
    THEN = "then", _("按当时已登记的信息")
