"""How far a correction has come (更正状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a proposal stands (办理状态)."""

    OPEN = "open", _("待核对")
    ACCEPTED = "accepted", _("已采纳")
    REFUSED = "refused", _("未采纳")
    TAKEN_BACK = "taken_back", _("已撤回")
