"""Consent, requests to delete, runs of the retention job (同意记录、删除申请、留存期清理)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.privacy.enums import RequestState


class Consent(models.Model):
    """One word of a person on one purpose (同意或撤回); the last one counts, database triggers refuse change and deletion.

    purpose: id of the pack. title: as the purpose was called then. person: moves when records are merged.
    """

    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="consents", verbose_name=_("人才")
    )
    purpose = models.CharField(_("处理目的"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    given = models.BooleanField(_("同意"))
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人")
    )

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "purpose"], name="consent_purpose")]


class ErasureRequest(models.Model):
    """A person asks to delete own data (删除申请). outcome: {"erased": {kind: facts}, "kept": {kind: [purposes]}}."""

    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="erasure_requests", verbose_name=_("人才")
    )
    words = models.CharField(_("申请内容"), max_length=500)
    state = models.CharField(_("状态"), max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    asked_at = models.DateTimeField(_("申请时间"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("决定人")
    )
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    outcome = models.JSONField(_("结果"), default=dict)

    class Meta:
        verbose_name = _("删除申请")
        verbose_name_plural = _("删除申请")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "person"], name="erasure_open")]


class RetentionRun(models.Model):
    """What the retention job did in one place (留存期清理). report: {kind: {"months", "erased", "waiting"}}."""

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    at = models.DateTimeField(_("时间"))
    day = models.DateField(_("截至日"))
    erased = models.PositiveIntegerField(_("删除条数"))
    report = models.JSONField(_("报告"), default=dict)

    class Meta:
        verbose_name = _("留存期清理")
        verbose_name_plural = _("留存期清理")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["home", "-id"], name="retention_home")]
