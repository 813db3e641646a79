"""States of a batch and of a row of a roster (名册批次与行的状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BatchState(models.TextChoices):
    """Where a batch stands (批次状态)."""

    READING = "reading", _("读取中")
    REJECTED = "rejected", _("文件未收")  # no row could be read; ``notes`` say why
    STAGED = "staged", _("待核对")  # read and checked; nothing is in the register yet
    ACCEPTING = "accepting", _("入库中")
    ACCEPTED = "accepted", _("已入库")
    UNDONE = "undone", _("已撤销")


class RowState(models.TextChoices):
    """Every row ends in one of these; their counts add up to the rows of the file (行状态)."""

    ACCEPTED = "accepted", _("可入库")  # in the register once ``recorded_at`` is set
    WAITING = "waiting", _("待决定")
    REFUSED = "refused", _("不收")


class RowReason(models.TextChoices):
    """Why a row waits or is refused; rows of one reason can be decided together (原因)."""

    NONE = "", _("无")
    NO_NAME = "no_name", _("没有姓名")
    NAME_UNUSABLE = "name_unusable", _("姓名无法使用")
    NUMBER_DAMAGED = "number_damaged", _("证件号码已丢失位数")
    NUMBER_WRONG = "number_wrong", _("证件号码有误")
    NUMBER_CONTRADICTS = "number_contradicts", _("与证件号码不符")
    NUMBER_SHARED = "number_shared", _("同号不同名")
    SAME_NAME = "same_name", _("同名无号，请确认是否同一人")
    MAYBE_KNOWN = "maybe_known", _("可能已有档案，请确认是否同一人")
    EMPLOYER_UNKNOWN = "employer_unknown", _("单位未登记")
    EMPLOYER_OUTSIDE = "employer_outside", _("不是本单位的人员")
    CELL_UNREADABLE = "cell_unreadable", _("有单元格无法识别")
    TEAM_INCOMPLETE = "team_incomplete", _("团队信息有误")
    NOT_IN_REGISTER = "not_in_register", _("人才库中没有这个人")
    TEAM_NOT_POSSIBLE = "team_not_possible", _("不能加入团队")
    REFUSED_BY_HAND = "refused_by_hand", _("人工不收")


class RowDecision(models.TextChoices):
    """What a person decided about a waiting row (决定)."""

    NONE = "", _("未决定")
    WITHOUT_DOUBTFUL = "without_doubtful", _("除问题单元格外入库")
    NEW_PERSON = "new_person", _("作为新人入库")
    SAME_PERSON = "same_person", _("并入已有档案")
    OTHER_PERSON = "other_person", _("另建档案")  # with the number that the row has
    REFUSE = "refuse", pgettext_lazy("decision", "不收")
