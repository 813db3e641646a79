"""Where a person's money goes (收款账户)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import AccountState


class PayeeAccount(models.Model):
    """Bank details of a person (收款账户), encrypted; a change is a further row, none is ever rewritten.

    Two people stand behind a confirmed one: who proposed it and who confirmed it, one of them the person, or a second clerk
    with the person's signed paper as ``evidence``. digest: keyed, finds the same number twice.
    """

    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="payee_accounts", verbose_name=_("人才")
    )
    holder = models.CharField(_("户名"), max_length=60)
    bank = models.CharField(_("开户行"), max_length=100)
    sealed = models.BinaryField(_("密文"))
    digest = models.CharField(_("摘要"), max_length=64)
    masked = models.CharField(_("掩码"), max_length=40)
    state = models.CharField(
        _("状态"), max_length=12, choices=AccountState.choices, default=AccountState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    evidence = models.CharField(_("凭证"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("收款账户")
        verbose_name_plural = _("收款账户")
        ordering = ["-id"]
        indexes = [models.Index(fields=["digest"], name="payee_digest")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="confirmed"), name="payee_one_confirmed"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="payee_one_proposed"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("proposed_by")),
                name="payee_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.masked}"
