"""What became of an item that a system sent (交换结果)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How a pushed statement ended (推送结果)."""

    ACCEPTED = "accepted", _("已登记")
    UNCHANGED = "unchanged", _("已有相同信息")
    CONFLICTING = "conflicting", _("已登记，与另一条不一致")
    REFUSED = "refused", _("未登记")
