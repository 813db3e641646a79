"""Reading and proving the audit log (查阅与核验审计日志)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from juxian.apps.audit.models import COVERED, AuditEntry, IntegrityCheck, content_of
from juxian.core.audit.heads import Forged, read_signed, signing_key
from juxian.core.audit.verifier import Finding, Head, examine

HEADS = "heads.jsonl"
PERSON = "persons.person"
READINGS = (
    "persons.value_revealed",
    "persons.record_opened",
    "persons.searched_by_number",
    "persons.listed",
    "exchange.read",
    "services.value_revealed",
    "files.read",
    "services.case_opened",
)
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Verification:
    """entries: how many fit. broken: number of the first that does not, or None. why: a word of the verifier.

    heads: signed heads that were compared. forged: line of the heads that is not as it was signed, or None.
    """

    entries: int
    broken: int | None
    why: str = ""
    heads: int = 0
    forged: int | None = None

    @property
    def holds(self) -> bool:
        return self.broken is None and self.forged is None


def verify(heads: Path | None = None) -> Verification:
    """Recompute the chain and compare it with the signed heads (default: those of ``JUXIAN_AUDIT_HEADS``)."""
    lines = lines_of(heads or settings.JUXIAN_AUDIT_HEADS / HEADS)
    forged: int | None = None
    try:
        kept = read_signed(lines, signing_key(settings.JUXIAN_AUDIT_KEY).public_key())
    except Forged as found:
        kept, forged = [], found.line
    finding = proved(kept)
    return Verification(finding.entries, finding.broken, finding.why, len(kept), forged)


def proved(heads: Sequence[Head] = ()) -> Finding:
    """The chain as it stands in the database, against heads that are known to be right."""
    return examine(exported(AuditEntry.objects.all()), heads)


def proved_since(head: Head) -> Finding:
    """The same from a head on, so that signing costs what was added and not the whole log."""
    standing = AuditEntry.objects.filter(pk=head.number).values_list("digest", flat=True).first()
    if standing != head.digest:
        return Finding(0, head.number, "recomputed" if standing else "cut")
    return examine(exported(AuditEntry.objects.filter(pk__gt=head.number)), start=head)


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def exported(entries: QuerySet[AuditEntry]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """(number, digest, content) in the order of the numbers; a moment that cannot be read is content as well."""
    rows = entries.order_by("id").values_list("id", "digest", *COVERED)
    for number, digest, *values in rows.iterator(chunk_size=AT_ONCE):
        yield number, digest, content_of(values)


def readings_of(person: models.Model) -> QuerySet[AuditEntry]:
    """Who read data of this person (谁查看过), the newest first."""
    return AuditEntry.objects.filter(
        subject_type=PERSON, subject_id=str(person.pk), action__in=READINGS
    ).order_by("-id")


@dataclass(slots=True)
class Touched:
    """A person whom an incident may concern. fields: names of what was read or changed, actions: name → how often."""

    person: str
    first: datetime
    last: datetime
    fields: set[str] = field(default_factory=set)
    actions: dict[str, int] = field(default_factory=dict)


def touched(
    *,
    actor: int | None = None,
    address: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Touched]:
    """Persons touched by a user, from an address, in a period (until exclusive); one of them has to be given."""
    found = AuditEntry.objects.filter(subject_type=PERSON)
    for lookup, value in (("actor_id", actor), ("address", address), ("at__gte", since), ("at__lt", until)):
        if value:
            found = found.filter(**{lookup: value})
    persons: dict[str, Touched] = {}
    rows = found.order_by("id").values_list("subject_id", "at", "action", "detail")
    for subject, at, action, detail in rows.iterator(chunk_size=AT_ONCE):
        item = persons.setdefault(subject, Touched(subject, at, at))
        item.last = at
        item.fields |= _fields_in(detail)
        item.actions[action] = item.actions.get(action, 0) + 1
    return list(persons.values())


def _fields_in(detail: Any) -> set[str]:
    """What an entry names: the value revealed, kinds of facts, columns."""
    if not isinstance(detail, dict):
        return set()
    named = {key: value for key, value in detail.items() if key in ("value", "kind", "kinds", "fields")}
    return {
        str(item)
        for value in named.values()
        for item in (value if isinstance(value, list | tuple | dict) else [value])
    }


def last_check() -> IntegrityCheck | None:
    """The newest search of the data for what must not be."""
    return IntegrityCheck.objects.first()
