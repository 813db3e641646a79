"""The append-only record of who did what (审计日志), chained by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.core.audit.verifier import FIRST, canonical

__all__ = ["FIRST", "AuditEntry", "IntegrityCheck", "Refusal"]

COVERED = (
    "acting_as", "action", "actor_id", "address", "at", "detail", "organisation_path", "previous", "reason", "subject_id",
    "subject_type",
)  # fmt: skip  # columns that the digest covers: all but the number and the digest itself, a test holds this


class AuditEntry(models.Model):
    """One action or sensitive reading (审计记录); database triggers refuse change and deletion.

    ``digest`` is SHA-256 over the canonical content, which includes the digest of the entry before.
    """

    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=64, db_index=True)  # e.g. persons.merged
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("操作人"),
    )
    acting_as = models.CharField(_("身份"), max_length=128, blank=True)  # role@organisation
    subject_type = models.CharField(_("对象类型"), max_length=64, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=64, blank=True)
    organisation_path = models.CharField(_("所属机构"), max_length=255, blank=True)
    detail = models.JSONField(_("内容"), default=dict)  # before and after; sensitive values as digests
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    previous = models.CharField(_("前一记录摘要"), max_length=64)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_type} {self.subject_id}"

    def canonical(self) -> bytes:
        """What the digest covers: every column but id and digest, keys sorted, no blanks, moments in UTC."""
        return canonical(content_of([getattr(self, name) for name in COVERED]))

    def computed_digest(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def content_of(values: Sequence[Any]) -> dict[str, Any]:
    """Content of an entry from the values of its ``COVERED`` columns, as it is chained and exported."""
    return {
        name: value.astimezone(UTC).isoformat(timespec="microseconds") if name == "at" else value
        for name, value in zip(COVERED, values, strict=True)
    }


class Refusal(models.Model):
    """Refusals of one function to one user or address that are being counted (正在计数的拒绝).

    who: ``user:<id>`` or an address. count: refusals after the first, which made an entry of its own.
    """

    who = models.CharField(_("被拒者"), max_length=80)
    what = models.CharField(_("功能"), max_length=100)
    since = models.DateTimeField(_("开始时间"), db_index=True)
    count = models.PositiveIntegerField(_("次数"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("操作人"),
    )
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    acting_as = models.CharField(_("身份"), max_length=128, blank=True)
    organisation_path = models.CharField(_("所属机构"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("拒绝计数")
        verbose_name_plural = _("拒绝计数")
        constraints = [models.UniqueConstraint(fields=["who", "what"], name="refusal_once")]

    def __str__(self) -> str:
        return f"{self.who} {self.what} {self.count}"


class IntegrityCheck(models.Model):
    """One nightly search of the data for what must not be (数据核查). findings: name of a check → violations, none left out."""

    at = models.DateTimeField(_("时间"), db_index=True)
    checked = models.PositiveBigIntegerField(_("核对数"))
    violations = models.PositiveIntegerField(_("不符数"))
    findings = models.JSONField(_("结果"), default=dict)
    seconds = models.FloatField(_("秒数"))

    class Meta:
        verbose_name = _("数据核查")
        verbose_name_plural = _("数据核查")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.violations}"
