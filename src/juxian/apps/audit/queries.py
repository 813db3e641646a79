"""Reading and proving the audit log (查阅与核验审计日志)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.apps.audit.models import FIRST, AuditEntry


@dataclass(frozen=True, slots=True)
class Verification:
    """entries: how many were read. broken: id of the first that does not fit, or None."""

    entries: int
    broken: int | None


def verify() -> Verification:
    """Recompute the chain from the first entry to the last."""
    previous, count = FIRST, 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.previous != previous or entry.computed_digest() != entry.digest:
            return Verification(count, entry.pk)
        previous, count = entry.digest, count + 1
    return Verification(count, None)
