"""Deletions that were granted are made again after an older backup was restored (恢复备份后重做删除).

A list outside the database, beside the signed heads of the audit log, says whose data was deleted when: a digest of the record's
number, which says nothing of anybody. What goes by its time of keeping goes again by itself, the next night.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.models import Person
from juxian.apps.privacy.enums import RequestState
from juxian.apps.privacy.models import ErasureRequest
from juxian.apps.whole import write_whole

NAME = "erased.list"
AGAIN = "privacy.erased_again"


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """One deletion: when it was granted, and whose data it was."""

    at: datetime
    digest: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.digest}"


def digest_of(place: str, number: str) -> str:
    """Of a record: the code of its place and its number."""
    return hashlib.sha256(f"{place}:{number}".encode()).hexdigest()


def list_of_erased() -> Path:
    return Path(settings.JUXIAN_AUDIT_HEADS) / NAME


def read_erased(path: Path) -> set[Erased]:
    """The deletions of a list; ``ValueError`` for a line that is none."""
    found = set()
    for line in path.read_text(encoding="ascii").splitlines():
        at, digest = line.split(" ")
        found.add(Erased(datetime.fromisoformat(at), digest))
    return found


def note_erased() -> int:
    """Add the deletions of the database to the list, which keeps those that a restored database has forgotten."""
    path = list_of_erased()
    held = read_erased(path) if path.exists() else set()
    granted = ErasureRequest.objects.filter(state=RequestState.GRANTED).order_by("pk")
    rows = granted.values_list("decided_at", "person__home__code", "person__number")
    noted = {
        one.at for one in held
    }  # under the number of then: a request moves to another record when two are merged
    known = held | {
        Erased(at, digest_of(place, number))
        for at, place, number in rows
        if at is not None and at not in noted
    }
    if known != held:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        write_whole(new, ["".join(f"{one}\n" for one in sorted(known)).encode("ascii")])
        new.replace(path)
    return len(known)


def note_soon() -> None:
    """After the transaction; a list that cannot be written now is written by the next night."""

    def noted() -> None:
        try:
            note_erased()
        except OSError as error:
            logging.getLogger("juxian.storage").error("the list of deletions was not written: %s", error)

    transaction.on_commit(noted)


def forgotten_deletions(erased: Iterable[Erased]) -> list[tuple[Person, datetime]]:
    """Of the deletions of a list those that this database does not know of, with the person whose data is there again."""
    last: dict[str, datetime] = {}
    for one in sorted(erased):
        last[one.digest] = one.at
    people = Person.objects.order_by("pk").values_list("pk", "home__code", "number").iterator()
    wanted = {
        pk: at for pk, place, number in people if (at := last.get(digest_of(place, number))) is not None
    }
    known = {
        (person, at)
        for person, at in ErasureRequest.objects.filter(
            state=RequestState.GRANTED, person__in=list(wanted)
        ).values_list("person", "decided_at")
    } | {
        (int(entry.subject_id), datetime.fromisoformat(entry.detail["decided_at"]))
        for entry in AuditEntry.objects.filter(action=AGAIN)
    }
    found = Person.objects.filter(pk__in=list(wanted)).select_related("home").order_by("pk")
    return [(person, wanted[person.pk]) for person in found if (person.pk, wanted[person.pk]) not in known]
