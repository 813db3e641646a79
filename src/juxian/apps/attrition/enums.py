"""How far a warning was followed up (流失预警办理)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A settled one stays settled while its reason stands."""

    OPEN = "open", _("待跟进")
    FOLLOWED = "followed", _("跟进中")
    SETTLED = "settled", _("已处理")
