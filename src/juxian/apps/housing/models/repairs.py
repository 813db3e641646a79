"""Repairs of flats, each a case of the place's repair service (报修与维修记录)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.housing.models.stock import Unit
from juxian.apps.housing.models.tenancy import Lease
from juxian.apps.services.enums import Gone


class Repair(models.Model):
    """What was reported broken, and how it ended (维修记录): one line of a flat's history for each case.

    lease: of whoever reported it. unfit: nobody can live there meanwhile. begun_on: the day on which somebody took it in
    hand. result: of the case, empty while it goes on.
    """

    case = models.OneToOneField(
        "services.Case", models.PROTECT, related_name="flat_repair", verbose_name=_("办件")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="repairs", verbose_name=_("房屋"))
    lease = models.ForeignKey(
        Lease, models.PROTECT, null=True, related_name="repairs", verbose_name=_("租约")
    )
    kind = models.CharField(_("报修类别"), max_length=120, blank=True)
    detail = models.CharField(_("故障描述"), max_length=500, blank=True)
    unfit = models.BooleanField(_("不能居住"), default=False)
    reported_on = models.DateField(_("报修日期"))
    begun_on = models.DateField(_("派单日期"), null=True)
    ended_on = models.DateField(_("办结日期"), null=True)
    result = models.CharField(_("办理结果"), max_length=10, choices=Gone.choices, blank=True)

    class Meta:
        verbose_name = _("维修记录")
        verbose_name_plural = _("维修记录")
        ordering = ["-reported_on", "-id"]
        indexes = [models.Index(fields=["unit", "-reported_on"], name="housing_repair_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", ended_on=None) | (~Q(result="") & Q(ended_on__isnull=False)),
                name="housing_repair_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reported_on} {self.kind}"
