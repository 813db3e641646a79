"""Whether a virus scanner has spoken (查毒状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scan(models.TextChoices):
    NONE = "none", _("未设查毒")
    WAITING = "waiting", _("等待查毒")
    CLEAN = "clean", _("未发现病毒")
    INFECTED = "infected", _("发现病毒")
