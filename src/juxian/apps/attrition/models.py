"""Warnings and the notes on them (流失预警、跟进记录)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.attrition.enums import State
from juxian.apps.organisations.models import Organisation


class WarningQuerySet(models.QuerySet["AttritionWarning"]):
    def under(self, *paths: str) -> Self:
        return self.filter(home__in=Organisation.objects.under(*paths))

    def standing(self) -> Self:
        """Whose reason still holds; merged records stand for nobody."""
        return self.filter(cleared_on=None, person__merged_into=None)


class AttritionWarning(models.Model):
    """One signal at one person (流失预警). signal: of the pack's ``attrition.yaml``. day: on which it comes true.

    facts: ids of the facts that it rests on; reference: number of the case or id of the grant. cleared_on: the day on
    which its reason was no more.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="attrition_warnings", verbose_name=_("人才")
    )
    signal = models.CharField(_("信号"), max_length=64)
    day = models.DateField(_("日期"), null=True, blank=True)
    facts = models.JSONField(_("依据"), default=list)
    reference = models.CharField(_("编号"), max_length=64, blank=True)
    raised_on = models.DateField(_("预警日期"))
    cleared_on = models.DateField(_("解除日期"), null=True, blank=True)
    state = models.CharField(_("办理状态"), max_length=10, choices=State.choices, default=State.OPEN)
    objects = WarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("流失预警")
        verbose_name_plural = _("流失预警")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "signal"], condition=Q(cleared_on=None), name="attrition_once_open"
            )
        ]
        indexes = [models.Index(fields=["home", "cleared_on", "-id"], name="attrition_home")]

    def __str__(self) -> str:
        return f"{self.signal} {self.person_id}"


class FollowUp(models.Model):
    """What was done (跟进记录): never changed."""

    warning = models.ForeignKey(
        AttritionWarning, models.CASCADE, related_name="follow_ups", verbose_name=_("流失预警")
    )
    state = models.CharField(_("办理状态"), max_length=10, choices=State.choices)
    words = models.CharField(_("做了什么"), max_length=500)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人")
    )

    class Meta:
        verbose_name = _("跟进记录")
        verbose_name_plural = _("跟进记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.state}"
