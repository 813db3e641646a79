"""What is promised to persons, and when it falls due (拨付事项、分期)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import GrantState, InstalmentState
from juxian.apps.organisations.models import Organisation
from juxian.apps.sealing import SealedJSONField, sealed_in_profile

STANDING = (GrantState.ACTIVE, GrantState.SUSPENDED)


class GrantQuerySet(models.QuerySet["Grant"]):
    def under(self, *paths: str) -> Self:
        """Grants of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))

    def standing(self) -> Self:
        """Promised and neither paid out nor ended."""
        return self.filter(state__in=STANDING)


class Grant(models.Model):
    """One promise of a benefit to one person (拨付事项).

    policy, benefit, version_since: the clause it was made with; profile: the person's profile on ``as_of``, kept as it was.
    source_key: the determination or case it comes from, once. whole_fen: what the person gets; total_fen: our own part of
    it. payers: payer → share, ``here`` is ours; empty when we bear all. fund, line: what it is paid out of.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="grants", verbose_name=_("人才")
    )
    policy = models.CharField(_("政策"), max_length=64)
    benefit = models.CharField(_("待遇"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    article = models.CharField(_("条款"), max_length=200, blank=True)
    version_since = models.DateField(_("政策版本"))
    as_of = models.DateField(_("认定截至日"))
    profile = SealedJSONField(_("认定时的画像"), names=sealed_in_profile, default=dict)
    source_key = models.CharField(_("来源"), max_length=120, unique=True)
    fund = models.CharField(_("资金"), max_length=64)
    line = models.CharField(_("科目"), max_length=64)
    payers = models.JSONField(_("分担"), default=dict, blank=True)
    here = models.CharField(_("本级"), max_length=64, blank=True)
    whole_fen = models.BigIntegerField(_("总额（分）"))
    total_fen = models.BigIntegerField(_("本级承担（分）"))
    tax_note = models.CharField(_("涉税说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=GrantState.choices, default=GrantState.ACTIVE)
    granted_on = models.DateField(_("核定日"))
    granted_at = models.DateTimeField(_("办理时间"), auto_now_add=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    ended_on = models.DateField(_("终止日"), null=True, blank=True)
    end_reason = models.CharField(_("终止原因"), max_length=200, blank=True)
    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("拨付事项")
        verbose_name_plural = _("拨付事项")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["home", "state", "-id"], name="grant_home_state"),
            models.Index(fields=["home", "policy", "benefit"], name="grant_benefit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "policy", "benefit"],
                condition=Q(state__in=["active", "suspended"]),
                name="grant_standing_once",
            ),
            models.CheckConstraint(
                condition=Q(total_fen__gt=0) & Q(whole_fen__gte=models.F("total_fen")),
                name="grant_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        return f"G{self.pk:07d}"

    @property
    def name(self) -> str:
        """The core's name of the promise: ``jiayuguan/42``."""
        return f"{self.home.pack}/{self.pk}"

    @property
    def word(self) -> str:
        """``policy/benefit``."""
        return f"{self.policy}/{self.benefit}"


class Instalment(models.Model):
    """One payment of a grant (分期). ``amount_fen`` is our part of ``whole_fen``; parts: payer → fen.

    needs: the condition in the policy's words, checked on ``due``. budget: the year's line that holds the money for it;
    null until that year's budget is there. attempt: which try with the bank is the next.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="instalments", verbose_name=_("拨付事项"))
    number = models.PositiveSmallIntegerField(_("期次"))
    due = models.DateField(_("应发日"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    whole_fen = models.BigIntegerField(_("全额（分）"))
    parts = models.JSONField(_("各方分担"), default=dict, blank=True)
    needs = models.CharField(_("条件"), max_length=300, blank=True)
    budget = models.ForeignKey(
        "BudgetLine", models.PROTECT, null=True, related_name="instalments", verbose_name=_("预算科目")
    )
    attempt = models.PositiveSmallIntegerField(_("第几次"), default=1)
    state = models.CharField(
        _("状态"), max_length=12, choices=InstalmentState.choices, default=InstalmentState.PLANNED
    )
    paid_on = models.DateField(_("到账日"), null=True, blank=True)

    class Meta:
        verbose_name = _("分期")
        verbose_name_plural = _("分期")
        ordering = ["grant", "number"]
        indexes = [
            models.Index(fields=["state", "due"], name="instalment_due"),
            models.Index(fields=["budget", "state"], name="instalment_budget"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="instalment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="instalment_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}/{self.number}"


class CoupleQuerySet(models.QuerySet["Couple"]):
    def on(self, day: date) -> Self:
        """Those who are a couple on ``day``."""
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gt=day))

    def of(self, people: Collection[int]) -> Self:
        """Those of whom one is among ``people``."""
        return self.filter(Q(first__in=people) | Q(second__in=people))


class Couple(models.Model):
    """Two persons of one household (夫妻), so that nothing is given twice to it.

    since: None where nobody said; until: the first day on which they are none any more (离婚、去世).
    """

    first = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("一方"))
    second = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("另一方"))
    since = models.DateField(_("起始日"), null=True, blank=True)
    until = models.DateField(_("终止日"), null=True, blank=True)
    objects = CoupleQuerySet.as_manager()

    class Meta:
        verbose_name = _("家庭")
        verbose_name_plural = _("家庭")
        constraints = [
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="couple_of_two"),
            models.UniqueConstraint(fields=["first"], condition=Q(until=None), name="couple_first_once"),
            models.UniqueConstraint(fields=["second"], condition=Q(until=None), name="couple_second_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=models.F("since")),
                name="couple_until_after_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
