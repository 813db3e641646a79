"""Cards, the keys that sign them, and each use of a benefit (服务卡、签名密钥、使用记录)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.cards.enums import CardState, Standing
from juxian.apps.organisations.models import Organisation

ORGANISATION = "organisations.Organisation"


class CardKey(models.Model):
    """A public key by which codes are checked; the private half lies in a file of this machine (公钥).

    retired_on: from that day nothing is signed with it; codes signed before still hold.
    """

    kid = models.CharField(_("密钥编号"), max_length=16, unique=True)
    public = models.CharField(_("公钥"), max_length=64)
    made_on = models.DateField(_("启用日期"))
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("服务卡密钥")
        verbose_name_plural = _("服务卡密钥")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.kid


class CardQuerySet(models.QuerySet["Card"]):
    def under(self, *paths: str) -> Self:
        """Cards of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))

    def valid_on(self, day: date) -> Self:
        return self.filter(state=CardState.ACTIVE, until__gt=day)

    def expired_on(self, day: date) -> Self:
        return self.filter(state=CardState.ACTIVE, until__lte=day)


class Card(models.Model):
    """One card of one person (服务卡). kind and level: codes of the pack's ``cards.yaml``. until: exclusive.

    A renewal changes ``until`` and ``code``; a replacement is a card of its own that points to the one before.
    source_key: made of what asked for it, so that nothing is issued twice; empty for the desk.
    """

    home = models.ForeignKey(ORGANISATION, models.PROTECT, related_name="cards", verbose_name=_("管辖机构"))
    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="cards", verbose_name=_("持卡人")
    )
    kind = models.CharField(_("卡种"), max_length=64)
    level = models.CharField(_("等级"), max_length=64)
    number = models.CharField(_("卡号"), max_length=24, unique=True)
    since = models.DateField(_("发卡日期"))
    until = models.DateField(_("失效日"))
    state = models.CharField(_("状态"), max_length=10, choices=CardState.choices, default=CardState.ACTIVE)
    ended_on = models.DateField(_("注销日期"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    code = models.CharField(_("卡码"), max_length=600)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("原卡")
    )
    source_key = models.CharField(
        _("来源"), max_length=160, null=True, blank=True, unique=True
    )  # several without one
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务卡")
        verbose_name_plural = _("服务卡")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="card_until_after_since"),
            models.CheckConstraint(
                condition=Q(state=CardState.ACTIVE, ended_on=None)
                | (~Q(state=CardState.ACTIVE) & Q(ended_on__isnull=False)),
                name="card_ended_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["home", "state", "until"], name="card_home_state"),
            models.Index(fields=["person", "kind"], name="card_person"),
            models.Index(fields=["state", "until"], name="card_until"),
        ]

    def __str__(self) -> str:
        return self.number

    def standing_on(self, day: date) -> Standing:
        """Revoked and replaced come before expired: who asks is told what was done, not what would have come anyway."""
        if self.state == CardState.ACTIVE:
            return Standing.VALID if day < self.until else Standing.EXPIRED
        return Standing(self.state)


class CardUse(models.Model):
    """One use of a benefit at a counter (使用记录); never changed, never deleted. key: one for each use, made by the counter."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="uses", verbose_name=_("服务卡"))
    benefit = models.CharField(_("待遇"), max_length=64)
    day = models.DateField(_("使用日期"))
    partner = models.ForeignKey(ORGANISATION, models.PROTECT, related_name="+", verbose_name=_("合作机构"))
    key = models.CharField(_("使用编号"), max_length=80, unique=True)
    at = models.DateTimeField(_("登记时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )

    class Meta:
        verbose_name = _("使用记录")
        verbose_name_plural = _("使用记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["card", "benefit", "day"], name="carduse_benefit")]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.benefit}"


class UseReversal(models.Model):
    """A use that was recorded by mistake is taken back (撤回使用记录), with a reason; both records stay for ever."""

    use = models.OneToOneField(
        CardUse, models.PROTECT, primary_key=True, related_name="reversal", verbose_name=_("使用记录")
    )
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("撤回时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("撤回人")
    )

    class Meta:
        verbose_name = _("使用记录撤回")
        verbose_name_plural = _("使用记录撤回")

    def __str__(self) -> str:
        return str(self.use_id)
