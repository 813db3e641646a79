"""States of a card (服务卡状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardState(models.TextChoices):
    """What was done with a card; that its term has ended is a matter of the day, not of the state."""

    ACTIVE = "active", _("有效")
    REPLACED = "replaced", _("已换发")
    REVOKED = "revoked", _("已注销")


class Standing(models.TextChoices):
    """What a counter is told of a card on a day (核验结果)."""

    VALID = "valid", _("有效")
    EXPIRED = "expired", _("已过期")
    REPLACED = "replaced", _("已换发，旧卡作废")
    REVOKED = "revoked", _("已注销")
    UNKNOWN = "unknown", _("查无此卡")
