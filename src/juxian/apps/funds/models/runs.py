"""Payments on their way to the bank and back (拨付批次、对账单)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import LineState, RunState, StatementOutcome


class PaymentRun(models.Model):
    """Payments that go to the bank in one file (拨付批次).

    layout: the bank layout as it was when the run was sealed. sealed_hash: SHA-256 over the sealed lines; file_hash: of the
    bank file, which is made from nothing but the sealed lines and the layout, so that it is the same bytes each time.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    title = models.CharField(_("名称"), max_length=120)
    bank = models.CharField(_("银行文件"), max_length=64)
    as_of = models.DateField(_("截至日"))
    state = models.CharField(_("状态"), max_length=12, choices=RunState.choices, default=RunState.DRAFT)
    lines_total = models.PositiveIntegerField(_("笔数"), default=0)
    total_fen = models.BigIntegerField(_("合计（分）"), default=0)
    layout = models.JSONField(_("文件格式"), default=dict, blank=True)
    sealed_hash = models.CharField(_("封存哈希"), max_length=64, blank=True)
    file_hash = models.CharField(_("文件哈希"), max_length=64, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("拟制人")
    )
    made_at = models.DateTimeField(_("拟制时间"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    sealed_at = models.DateTimeField(_("封存时间"), null=True, blank=True)
    exported_at = models.DateTimeField(_("生成时间"), null=True, blank=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("生成人")
    )
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    settled_at = models.DateTimeField(_("结清时间"), null=True, blank=True)
    remark = models.CharField(_("退回或作废原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("拨付批次")
        verbose_name_plural = _("拨付批次")
        ordering = ["-id"]
        indexes = [models.Index(fields=["home", "-id"], name="run_home")]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("made_by")), name="run_two_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        return f"R{self.pk:06d}"


class PaymentLine(models.Model):
    """One payment of a run (拨付明细). ``reference`` goes to the bank and comes back in its statement.

    An instalment lies in one live line (open or confirmed) at most: the database keeps it from going to the bank twice.
    told, told_by, told_reason: what one person says became of it; a second person has to say the same.
    """

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="lines", verbose_name=_("批次"))
    position = models.PositiveIntegerField(_("序号"))
    reference = models.CharField(_("业务编号"), max_length=32, unique=True)
    instalment = models.ForeignKey("Instalment", models.PROTECT, related_name="lines", verbose_name=_("分期"))
    attempt = models.PositiveSmallIntegerField(_("第几次"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    account = models.ForeignKey(
        "PayeeAccount", models.PROTECT, related_name="lines", verbose_name=_("收款账户")
    )
    state = models.CharField(_("状态"), max_length=12, choices=LineState.choices, default=LineState.OPEN)
    settled_on = models.DateField(_("结果日期"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    told = models.CharField(_("人工认定"), max_length=12, choices=LineState.choices, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("认定人")
    )
    told_on = models.DateField(_("认定到账日"), null=True, blank=True)
    told_reason = models.CharField(_("认定依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("拨付明细")
        verbose_name_plural = _("拨付明细")
        ordering = ["run", "position"]
        indexes = [models.Index(fields=["run"], name="payment_on_its_way", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="payment_position_once"),
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(state__in=["open", "confirmed"]),
                name="payment_live_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_amount"),
        ]

    def __str__(self) -> str:
        return self.reference


class BankStatement(models.Model):
    """A statement as the bank gave it (对账单). gap_fen: its opening less the closing of the one before, where both are known."""

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    file_name = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(_("文件哈希"), max_length=64)
    opening_fen = models.BigIntegerField(_("期初余额（分）"), null=True)
    closing_fen = models.BigIntegerField(_("期末余额（分）"), null=True)
    gap_fen = models.BigIntegerField(_("与上期之差（分）"), default=0)
    imported_at = models.DateTimeField(_("导入时间"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("导入人")
    )

    class Meta:
        verbose_name = _("对账单")
        verbose_name_plural = _("对账单")
        ordering = ["-id"]
        indexes = [models.Index(fields=["home", "-id"], name="statement_home")]
        constraints = [models.UniqueConstraint(fields=["home", "digest"], name="statement_once")]

    def __str__(self) -> str:
        return self.file_name


class StatementLine(models.Model):
    """One line of a statement and what became of it. amount_fen: out of our account positive, back into it negative.

    note: what the bank wrote; reason: why it could not be matched, later the explanation.
    """

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", verbose_name=_("对账单")
    )
    number = models.PositiveIntegerField(_("行号"))
    day = models.DateField(_("日期"))
    reference = models.CharField(_("业务编号"), max_length=200, blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    name = models.CharField(_("对方户名"), max_length=200, blank=True)
    note = models.CharField(_("摘要"), max_length=300, blank=True)
    outcome = models.CharField(_("处理结果"), max_length=12, choices=StatementOutcome.choices)
    payment = models.ForeignKey(
        PaymentLine, models.PROTECT, null=True, related_name="statement_lines", verbose_name=_("拨付明细")
    )
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("说明人")
    )

    class Meta:
        verbose_name = _("对账单明细")
        verbose_name_plural = _("对账单明细")
        ordering = ["statement", "number"]
        indexes = [models.Index(fields=["outcome", "statement"], name="statement_line_outcome")]
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once")]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"
