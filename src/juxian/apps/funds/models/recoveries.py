"""Service that is owed, and money that is asked back (服务义务、追缴)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import ObligationState, RecoveryState, ReliefKind, ReliefState
from juxian.core.ledger.clawback import Formula, Terms


class Obligation(models.Model):
    """Service that goes with a grant (服务义务). uncounted: fact kinds whose periods do not count as service."""

    grant = models.OneToOneField(
        "Grant", models.PROTECT, related_name="obligation", verbose_name=_("拨付事项")
    )
    since = models.DateField(_("起算日"))
    serve_months = models.PositiveSmallIntegerField(_("服务月数"))
    formula = models.CharField(
        _("退还公式"), max_length=24, choices=[(item.value, item.value) for item in Formula]
    )
    of_months = models.PositiveSmallIntegerField(_("折算月数"), default=0)
    penalty_year_fen = models.BigIntegerField(_("每年违约金（分）"), default=0)
    uncounted = models.JSONField(_("不计入的期间"), default=list, blank=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=ObligationState.choices, default=ObligationState.RUNNING
    )

    class Meta:
        verbose_name = _("服务义务")
        verbose_name_plural = _("服务义务")
        indexes = [models.Index(fields=["state"], name="obligation_state")]

    def __str__(self) -> str:
        return str(self.grant_id)

    @property
    def terms(self) -> Terms:
        return Terms(Formula(self.formula), self.serve_months, self.of_months, self.penalty_year_fen)


class Recovery(models.Model):
    """Money asked back of one grant (追缴). ended_on, how: the break of service; working: the calculation in words.

    What is still owed is the balance of ``receivable:{grant}``.
    """

    obligation = models.OneToOneField(
        Obligation, models.PROTECT, related_name="recovery", verbose_name=_("服务义务")
    )
    ended_on = models.DateField(_("服务中断日"))
    how = models.CharField(_("情形"), max_length=12)
    served_months = models.PositiveSmallIntegerField(_("已服务月数"))
    refund_fen = models.BigIntegerField(_("应退（分）"))
    penalty_fen = models.BigIntegerField(_("违约金（分）"), default=0)
    working = models.JSONField(_("计算"), default=dict)
    state = models.CharField(
        _("状态"), max_length=12, choices=RecoveryState.choices, default=RecoveryState.FOUND
    )
    found_on = models.DateField(_("发现日"))
    demanded_on = models.DateField(_("追缴日"), null=True, blank=True)
    pay_by = models.DateField(_("缴款期限"), null=True, blank=True)
    demanded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    remark = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("追缴")
        verbose_name_plural = _("追缴")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The reference that the person gives with a transfer."""
        return f"K{self.pk:06d}"

    @property
    def total_fen(self) -> int:
        return self.refund_fen + self.penalty_fen


class RecoveryPart(models.Model):
    """One part of an agreed plan (分期缴还)."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="parts", verbose_name=_("追缴"))
    due = models.DateField(_("应缴日"))
    amount_fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = _("分期缴还")
        verbose_name_plural = _("分期缴还")
        ordering = ["recovery", "due", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="recovery_part_amount")]

    def __str__(self) -> str:
        return f"{self.recovery_id} {self.due}"


class Receipt(models.Model):
    """Money that came back (退款到账); reference: the line of a statement or the number of a paper, once."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts", verbose_name=_("追缴"))
    day = models.DateField(_("日期"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reference = models.CharField(_("凭证编号"), max_length=120, unique=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        ordering = ["recovery", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="receipt_amount")]

    def __str__(self) -> str:
        return self.reference


class Relief(models.Model):
    """Part of a demand waived or given up (减免、核销): asked by one, decided by another."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="reliefs", verbose_name=_("追缴"))
    kind = models.CharField(_("种类"), max_length=12, choices=ReliefKind.choices)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=12, choices=ReliefState.choices, default=ReliefState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("申请人")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("决定人")
    )
    decided_on = models.DateField(_("决定日"), null=True, blank=True)

    class Meta:
        verbose_name = _("减免核销")
        verbose_name_plural = _("减免核销")
        ordering = ["recovery", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="relief_amount"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="relief_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recovery_id} {self.amount_fen}"
