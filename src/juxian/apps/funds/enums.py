"""States of what is promised, paid and claimed back (状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GrantState(models.TextChoices):
    ACTIVE = "active", _("执行中")
    SUSPENDED = "suspended", _("已暂停")
    DONE = "done", _("已发完")
    ENDED = "ended", _("已终止")


class InstalmentState(models.TextChoices):
    PLANNED = "planned", _("待发放")
    PAID = "paid", _("已发放")
    VOID = "void", _("已取消")


class AccountState(models.TextChoices):
    """Of bank details."""

    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    REPLACED = "replaced", _("已更换")
    REFUSED = "refused", _("已否认")


class RunState(models.TextChoices):
    DRAFT = "draft", _("拟制")
    SUBMITTED = "submitted", _("待复核")
    SEALED = "sealed", _("已封存")
    EXPORTED = "exported", _("已生成文件")
    SENT = "sent", _("已送银行")
    SETTLED = "settled", _("已结清")
    CANCELLED = "cancelled", _("已作废")


class LineState(models.TextChoices):
    """Of one payment in a run; ``open`` and ``confirmed`` hold its instalment."""

    OPEN = "open", _("在途")
    CONFIRMED = "confirmed", _("已到账")
    RETURNED = "returned", _("已退回")
    VOID = "void", _("已取消")


class StatementOutcome(models.TextChoices):
    """What became of a line of a bank's statement."""

    CONFIRMED = "confirmed", _("确认到账")
    RETURNED = "returned", _("退回")
    RECEIPT = "receipt", _("收到退款")
    UNKNOWN = "unknown", _("无法对应")
    EXPLAINED = "explained", _("已说明")


class ObligationState(models.TextChoices):
    RUNNING = "running", _("服务中")
    FULFILLED = "fulfilled", _("已期满")
    BREACHED = "breached", _("已中断")


class RecoveryState(models.TextChoices):
    FOUND = "found", _("待核实")
    DEMANDED = "demanded", _("追缴中")
    SETTLED = "settled", _("已缴清")
    DISMISSED = "dismissed", _("不予追缴")


class ChangeKind(models.TextChoices):
    """What a paper does to the budgets of a year."""

    APPROPRIATE = "appropriate", _("下达、追加")
    MOVE = "move", _("科目调剂")
    ALLOT = "allot", _("下级资金补助")
    CLOSE = "close", _("年终关账")


class ChangeState(models.TextChoices):
    ASKED = "asked", _("待复核")
    APPROVED = "approved", _("已办理")
    REFUSED = "refused", _("未批准")


class OpenPromises(models.TextChoices):
    """What becomes of promises that are open when a year is closed."""

    KEEP = "keep", _("保留承诺，下年照付")
    RENEW = "renew", _("退回额度，改由下年预算承诺")


class ReliefKind(models.TextChoices):
    WAIVER = "waiver", _("减免")
    WRITE_OFF = "write_off", _("核销")


class ReliefState(models.TextChoices):
    ASKED = "asked", _("待决定")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
