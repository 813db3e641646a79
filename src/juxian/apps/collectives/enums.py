"""Teams and carriers (团队与平台载体)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sort(models.TextChoices):
    """A team is people; a carrier is a place with equipment where they work."""

    TEAM = "team", _("团队")
    CARRIER = "carrier", _("平台载体")
