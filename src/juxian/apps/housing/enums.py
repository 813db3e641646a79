"""States and kinds of housing as they are stored (公寓管理的状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationState(models.TextChoices):
    """incomplete: something is not known; holds no place and is no refusal."""

    WAITING = "waiting", _("轮候中")
    INCOMPLETE = "incomplete", _("待补充材料")
    HOUSED = "housed", _("已入住")
    WITHDRAWN = "withdrawn", _("已撤回")
    CLOSED = "closed", _("已关闭")


LIVE_APPLICATIONS = (ApplicationState.WAITING, ApplicationState.INCOMPLETE)


class DrawState(models.TextChoices):
    """frozen: commitments and reveals are awaited; drawn and void never change again."""

    FROZEN = "frozen", _("已冻结")
    DRAWN = "drawn", _("已抽取")
    VOID = "void", _("已作废")


class ContributorRole(models.TextChoices):
    ORGANISER = "organiser", _("组织方")
    WITNESS = "witness", _("见证人")
    PUBLIC = "public", _("公开随机数")


class OfferState(models.TextChoices):
    """unsigned: accepted, and the lease was not signed in time."""

    OPEN = "open", _("待答复")
    ACCEPTED = "accepted", _("已接受，待签约")
    SIGNED = "signed", _("已签约")
    DECLINED = "declined", _("已放弃")
    EXPIRED = "expired", _("逾期未答复")
    UNSIGNED = "unsigned", _("逾期未签约")


LIVE_OFFERS = (OfferState.OPEN, OfferState.ACCEPTED)
LOST_OFFERS = (OfferState.DECLINED, OfferState.EXPIRED, OfferState.UNSIGNED)


class LeaseState(models.TextChoices):
    RUNNING = "running", _("在租")
    LEAVING = "leaving", _("腾退中")
    ENDED = "ended", _("已退租")


class BillKind(models.TextChoices):
    RENT = "rent", _("租金")
    DEPOSIT = "deposit", _("押金")
    EXIT = "exit", _("腾退期租金")


class PayerKind(models.TextChoices):
    PERSON = "person", _("个人")
    EMPLOYER = "employer", _("用人单位")
    GOVERNMENT = "government", _("财政")


class Finding(models.TextChoices):
    IN_ORDER = "in_order", _("正常居住")
    EMPTY = "empty", _("空置")
    SUBLET = "sublet", _("转租转借")
    ALTERED = "altered", _("擅自改造")
    DAMAGED = "damaged", _("设施损坏")
    NO_ACCESS = "no_access", _("未能入户")


class Condition(models.TextChoices):
    GOOD = "good", _("完好")
    WORN = "worn", _("待修")
    MISSING = "missing", _("缺失")
