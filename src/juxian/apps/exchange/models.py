"""What other systems pushed (推送记录)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.exchange.enums import Outcome


class Pushed(models.Model):
    """One statement of one sender by its own id (推送记录); refused ones are not kept, so that they can be sent again.

    sender: purpose of the token, which a new token of the same purpose shares. digest: of the content.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    sender = models.CharField(_("推送系统"), max_length=80)
    key = models.CharField(_("对方编号"), max_length=100)
    digest = models.CharField(_("摘要"), max_length=64)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices)
    person = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("人才"))
    fact = models.ForeignKey(
        "persons.Fact", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("信息项")
    )
    at = models.DateTimeField(_("推送时间"))

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["home", "sender", "key"], name="pushed_once")]

    def __str__(self) -> str:
        return f"{self.sender} {self.key}"
