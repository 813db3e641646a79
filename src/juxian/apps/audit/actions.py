"""Writing to the audit log (写入审计日志): one entry for each action, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction

from juxian.apps.audit.models import FIRST, AuditEntry
from juxian.apps.clock import now

_CHAIN_LOCK = 0x4A58_4155  # advisory lock of PostgreSQL: one writer of the chain at a time


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
        actor_id=actor.pk if actor is not None else None,
        acting_as=acting_as,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        organisation_path=organisation_path,
        detail=dict(detail or {}),
        reason=reason,
        address=address,
        previous=AuditEntry.objects.order_by("-id").values_list("digest", flat=True).first() or FIRST,
    )
    entry.digest = entry.computed_digest()
    entry.save(force_insert=True)
    return entry
