"""Writing to the audit log (写入审计日志): one entry for each action, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now

FIRST = "0" * 64
_CHAIN_LOCK = 0x4A58_4155  # advisory lock of PostgreSQL: one writer of the chain at a time


def canonical(entry: AuditEntry) -> bytes:
    """The content that the digest covers: every column but the digest itself, keys sorted, no blanks."""
    content = {
        field.attname: _plain(getattr(entry, field.attname))
        for field in entry._meta.concrete_fields
        if field.attname not in ("id", "digest")
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(entry: AuditEntry) -> str:
    return hashlib.sha256(canonical(entry)).hexdigest()


def record(
    action: str,
    *,
    actor: models.Model | None = None,
    subject: models.Model | None = None,
    organisation_path: str = "",
    acting_as: str = "",
    detail: Mapping[str, Any] | None = None,
    reason: str = "",
    address: str = "",
) -> AuditEntry:
    """Append one entry; must run inside the transaction of what it records.

    action: ``app.past_participle``, e.g. ``persons.merged``. detail: JSON; no plain sensitive values.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            return record(
                action,
                actor=actor,
                subject=subject,
                organisation_path=organisation_path,
                acting_as=acting_as,
                detail=detail,
                reason=reason,
                address=address,
            )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    entry = AuditEntry(
        at=now(),
        action=action,
        actor=actor,
        acting_as=acting_as,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        organisation_path=organisation_path,
        detail=dict(detail or {}),
        reason=reason,
        address=address,
        previous=AuditEntry.objects.order_by("-id").values_list("digest", flat=True).first() or FIRST,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
