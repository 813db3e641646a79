"""The ledger as it is stored (账户、分录、明细): double entry, append-only by triggers of the database."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.core.ledger import accounts as core

KINDS = {
    core.Kind.APPROPRIATION: _("来源"),
    core.Kind.BUDGET: _("可用额度"),
    core.Kind.RESERVED: _("已承诺"),
    core.Kind.PAID: _("已拨付"),
    core.Kind.OCCUPIED: _("在用"),
    core.Kind.RECEIVABLE: _("应收"),
    core.Kind.PENALTY: _("违约金"),
    core.Kind.WRITTEN_OFF: _("减免核销"),
    core.Kind.HELD: _("专户存款"),
    core.Kind.INCOME: _("应计收入"),
    core.Kind.DEPOSIT: _("代管押金"),
}
UNITS = {core.Unit.FEN: _("元"), core.Unit.POST: _("编制"), core.Unit.PLACE: _("名额")}


class AccountQuerySet(models.QuerySet["Account"]):
    def under(self, *paths: str) -> Self:
        """Accounts of the jurisdictions and offices at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))


class Account(models.Model):
    """One account (账户): ``balance`` whole units (fen, posts or places), kept in step with the postings.

    name: ``kind:what``, e.g. ``budget:jyg/talent/2026/housing``; the core's id. floor, ceiling: null is no bound.
    home: the organisation whose money it is.
    """

    name = models.CharField(_("名称"), max_length=200, unique=True)
    kind = models.CharField(
        _("类别"), max_length=16, choices=[(kind.value, KINDS[kind]) for kind in core.Kind]
    )
    unit = models.CharField(
        _("计量单位"), max_length=8, choices=[(unit.value, UNITS[unit]) for unit in core.Unit]
    )
    balance = models.BigIntegerField(_("余额"), default=0)
    floor = models.BigIntegerField(_("下限"), null=True)
    ceiling = models.BigIntegerField(_("上限"), null=True)
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("所属机构")
    )
    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        ordering = ["name"]
        indexes = [models.Index(fields=["home", "kind"], name="funds_account_home")]
        constraints = [
            models.CheckConstraint(
                condition=Q(floor=None) | Q(balance__gte=F("floor")), name="funds_account_floor"
            ),
            models.CheckConstraint(
                condition=Q(ceiling=None) | Q(balance__lte=F("ceiling")), name="funds_account_ceiling"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_core(self) -> core.Account:
        return core.Account(self.name, core.Kind(self.kind), core.Unit(self.unit), self.floor, self.ceiling)


class Entry(models.Model):
    """What was posted under one business key (分录), or refused under it for good; never changed, never deleted.

    day: of the business. body_hash: SHA-256 of day, postings, memo and what it reverses. refusal: why the key was refused;
    such an entry has no postings and keeps the key from passing later by luck.
    """

    key = models.CharField(_("业务编号"), max_length=255, unique=True)
    day = models.DateField(_("业务日期"))
    memo = models.CharField(_("摘要"), max_length=500, blank=True)
    body_hash = models.CharField(_("内容哈希"), max_length=64)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("冲销")
    )
    refusal = models.CharField(_("拒绝原因"), max_length=500, blank=True)
    posted_at = models.DateTimeField(_("入账时间"))
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One leg of an entry (明细): ``amount`` into the account, negative out of it."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", verbose_name=_("分录"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", verbose_name=_("账户"))
    amount = models.BigIntegerField(_("金额"))

    class Meta:
        verbose_name = _("明细")
        verbose_name_plural = _("明细")
        ordering = ["id"]
        indexes = [models.Index(fields=["account", "-id"], name="funds_posting_account")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="funds_posting_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="funds_posting_not_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount:+}"
