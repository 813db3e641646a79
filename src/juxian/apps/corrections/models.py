"""Proposed corrections and confirmations; the register changes only when the office accepts (更正申请、年度确认)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.corrections.enums import State
from juxian.apps.sealing import SealedJSONField


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> Self:
        """Proposals that nobody has decided about, of records that stand."""
        return self.filter(state=State.OPEN, person__merged_into=None)


class Correction(models.Model):
    """One proposed statement (更正申请): a new fact, one in the place of ``about``, or ``about`` taken back.

    value: canonical JSON as in ``Fact``; empty: ``about`` is not true. employer: set when it came from the employer.
    """

    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="corrections", verbose_name=_("人才")
    )
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    kind = models.CharField(_("信息项"), max_length=48)
    about = models.ForeignKey(
        "persons.Fact", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("原记录")
    )
    value = SealedJSONField(_("值"), default=dict, blank=True)
    since = models.DateField(_("生效日"), null=True, blank=True)
    until = models.DateField(_("失效日"), null=True, blank=True)
    evidence = models.CharField(_("凭证"), max_length=200, blank=True)
    file = models.ForeignKey(
        "files.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("证明材料"),
    )
    reason = models.CharField(_("说明"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    employer = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提出单位"),
    )
    state = models.CharField(_("办理状态"), max_length=12, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    made = models.ForeignKey(
        "persons.Fact", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("新记录")
    )
    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正申请")
        verbose_name_plural = _("更正申请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["about"], condition=Q(state=State.OPEN), name="correction_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["home", "id"], condition=Q(state=State.OPEN), name="correction_waiting"),
            models.Index(fields=["by", "-id"], name="correction_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Confirmation(models.Model):
    """Somebody said that the record is right on a day (年度确认)."""

    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="confirmations", verbose_name=_("人才")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("确认人")
    )
    employer = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认单位"),
    )
    day = models.DateField(_("确认日期"))

    class Meta:
        verbose_name = _("年度确认")
        verbose_name_plural = _("年度确认")
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["person", "-day"], name="confirmation_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
