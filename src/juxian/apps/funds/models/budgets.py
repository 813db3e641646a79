"""The lines of a year's budget (年度预算科目)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
