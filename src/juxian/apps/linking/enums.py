"""Where a pair stands and what was decided (查重状态与决定)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PairZone(models.TextChoices):
    """What the evidence allows (处置), as ``core.identity.linking.judging.Zone``."""

    AUTOMATIC = "automatic", _("可自动合并")
    ASKED = "asked", _("待核对")


class PairState(models.TextChoices):
    """Where a pair stands (状态)."""

    OPEN = "open", _("待核对")
    SAME = "same", _("已合并")
    DIFFERENT = "different", _("不是同一人")
    GONE = "gone", _("已不成立")  # the records changed, and the evidence is no longer there


class Verdict(models.TextChoices):
    """What a person, or the automatic zone, found (决定)."""

    SAME = "same", _("是同一人")
    DIFFERENT = "different", _("不是同一人")
