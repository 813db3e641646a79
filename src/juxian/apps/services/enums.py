"""States of effects, conferences and lists (办件相关状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EffectState(models.TextChoices):
    """waiting: nobody carries out this kind yet, or it could not be done now and is tried again."""

    WAITING = "waiting", _("待执行")
    DONE = "done", _("已执行")


class ConferenceState(models.TextChoices):
    PLANNED = "planned", _("筹备中")
    HELD = "held", _("已召开")


class Gone(models.TextChoices):
    """How a case ended; the words of core.services.definition.Result (办理结果)."""

    GRANTED = "granted", _("同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    LAPSED = "lapsed", _("逾期终止")
    CLOSED = "closed", _("已办结")


class BulkState(models.TextChoices):
    """What became of one row of an employer's list."""

    PAPERS = "papers", _("待附材料")
    WAITING = "waiting", _("待处理")
    ACCEPTED = "accepted", _("已受理")
    REFUSED = "refused", _("未受理")
