"""The lines of a year's budget (年度预算科目)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import ChangeKind, ChangeState, OpenPromises


class BudgetLine(models.Model):
    """One line of a fund in a year (预算科目); what is free of it is the balance of ``account_name``.

    fund, line: words of the pack's ``funds.yaml``, which has the titles. closed_on: the year was closed (年终结转).
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    fund = models.CharField(_("资金"), max_length=64)
    year = models.PositiveSmallIntegerField(_("年度"))
    line = models.CharField(_("科目"), max_length=64)
    closed_on = models.DateField(_("关账日"), null=True, blank=True)

    class Meta:
        verbose_name = _("预算科目")
        verbose_name_plural = _("预算科目")
        ordering = ["home", "fund", "year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["home", "fund", "year", "line"], name="budget_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.fund} {self.year} {self.line}"

    @property
    def name(self) -> str:
        """The core's name: ``jiayuguan/talent-fund/2022/housing``."""
        return budget_name(self.home.pack, self.fund, self.year, self.line)

    @property
    def account_name(self) -> str:
        return f"budget:{self.name}"


def budget_name(pack: str, fund: str, year: int, line: str) -> str:
    return f"{pack}/{fund}/{year}/{line}"


class BudgetChange(models.Model):
    """What one person asks to be done to the budgets of a year, and another decides (预算变动).

    line: the line that receives or gives; other_fund, other_line: where it goes, of a move or of support for the fund below;
    source: who gives. All of them are words of the pack's ``funds.yaml``. A closing names the fund and the year alone, and
    in ``promises`` what becomes of open promises.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    kind = models.CharField(_("种类"), max_length=12, choices=ChangeKind.choices)
    fund = models.CharField(_("资金"), max_length=64)
    year = models.PositiveSmallIntegerField(_("年度"))
    line = models.CharField(_("科目"), max_length=64, blank=True)
    other_fund = models.CharField(_("收款资金"), max_length=64, blank=True)
    other_line = models.CharField(_("收款科目"), max_length=64, blank=True)
    source = models.CharField(_("资金来源"), max_length=64, blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"), null=True, blank=True)
    document = models.CharField(_("文件"), max_length=100)
    promises = models.CharField(_("未付承诺"), max_length=8, choices=OpenPromises.choices, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=ChangeState.choices, default=ChangeState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_on = models.DateField(_("申请日"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("决定人")
    )
    decided_on = models.DateField(_("决定日"), null=True, blank=True)
    remark = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("预算变动")
        verbose_name_plural = _("预算变动")
        ordering = ["-id"]
        indexes = [models.Index(fields=["home", "year", "-id"], name="budget_change_year")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.CLOSE, amount_fen=None) | Q(amount_fen__gt=0),
                name="budget_change_amount",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="budget_change_two_people"
            ),
            models.UniqueConstraint(
                fields=["home", "fund", "year"],
                condition=Q(kind=ChangeKind.CLOSE, state=ChangeState.ASKED),
                name="budget_change_one_closing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fund} {self.year}"
