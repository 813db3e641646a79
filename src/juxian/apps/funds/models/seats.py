"""Who holds a post of a pool (编制周转池实名用编)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Seat(models.Model):
    """One post or place of a pool, taken by a named person (实名用编); the ledger holds the balance.

    pool: word of the pack's ``funds.yaml``. due_on: when the period of the pool is over, not included; null is open.
    fact: the statement that says so on the person's record, where the pool names a kind for it.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    pool = models.CharField(_("编制池"), max_length=64)
    person = models.ForeignKey("persons.Person", models.PROTECT, related_name="seats", verbose_name=_("人才"))
    unit = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("用编单位")
    )
    document = models.CharField(_("批准文件"), max_length=100)
    since = models.DateField(_("用编日"))
    due_on = models.DateField(_("到期日"), null=True, blank=True)
    left_on = models.DateField(_("收回日"), null=True, blank=True)
    left_reason = models.CharField(_("收回原因"), max_length=200, blank=True)
    fact = models.ForeignKey(
        "persons.Fact", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("信息项")
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("收回经办人")
    )

    class Meta:
        verbose_name = _("用编")
        verbose_name_plural = _("用编")
        ordering = ["-id"]
        indexes = [models.Index(fields=["home", "pool", "left_on"], name="seat_pool")]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(left_on=None), name="seat_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gt=F("since")), name="seat_left_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.person_id}"

    @property
    def holder(self) -> str:
        """The core's name of who holds it: ``loudi/quota-pool/person/42``."""
        return f"{self.home.pack}/{self.pool}/person/{self.person_id}"

    @property
    def paper(self) -> str:
        """The document, once for each seat."""
        return f"{self.document}#{self.pk}"
