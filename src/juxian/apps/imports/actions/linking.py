"""Who a row speaks of (关联): by exact document number; everything less sure waits for a person to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from juxian.apps.imports.enums import RowReason, RowState
from juxian.apps.imports.queries import RowContent
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import number_digest
from juxian.apps.persons.models import IdentityDocument, Person
from juxian.core.identity import matching_key

_PART = 500  # values in one IN list


@dataclass
class Standing:
    """Where a row stands after it was compared; ``person`` is the record its number belongs to."""

    state: str
    reason: str = ""
    person: int | None = None
    candidates: list[int] = field(default_factory=list)


@dataclass
class Register:
    """What the register of a jurisdiction knows of the numbers and names in a file."""

    person_of: dict[str, tuple[int, str]]  # digest → (person, key of the name)
    named: dict[str, list[int]]  # name as written → persons


def look_up(home: Organisation, contents: Sequence[RowContent]) -> Register:
    """Two queries for every few hundred rows, whatever the number of persons in the register."""
    numbers = {content.document_number for content in contents if content.document_number}
    return Register(
        persons_by_digest(home, {number_digest(number) for number in numbers}), _by_name(home, contents)
    )


def persons_by_digest(home: Organisation, digests: set[str]) -> dict[str, tuple[int, str]]:
    """digest → (person, matching key of the name) of standing records; a merged one stands for its target."""
    found: dict[str, tuple[int, str]] = {}
    wanted = sorted(digests)
    for start in range(0, len(wanted), _PART):
        rows = IdentityDocument.objects.filter(
            digest__in=wanted[start : start + _PART], withdrawn_at=None, person__home=home
        ).values_list("digest", "person_id", "person__merged_into_id", "person__name")
        for digest, person, merged_into, name in rows:
            found[digest] = (merged_into or person, matching_key(name))
    return found


def _by_name(home: Organisation, contents: Sequence[RowContent]) -> dict[str, list[int]]:
    """Standing records of the names that come without a number."""
    names = sorted({content.name for content in contents if content.name and not content.document_number})
    found: dict[str, list[int]] = defaultdict(list)
    for start in range(0, len(names), _PART):
        people = Person.objects.living_records().filter(
            home=home, name__in=names[start : start + _PART], profile__isnull=False
        )
        for person, name in people.values_list("pk", "name"):
            found[name].append(person)
    return found


def compare(home: Organisation, rows: Sequence[tuple[RowContent, str, str]]) -> list[Standing]:
    """rows: (content, state, reason) as they stand by themselves and among the rows of their file."""
    register = look_up(home, [content for content, _state, _reason in rows])
    return [_standing(content, state, reason, register) for content, state, reason in rows]


def _standing(content: RowContent, state: str, reason: str, register: Register) -> Standing:
    if state == RowState.REFUSED:
        return Standing(state, reason)
    same = register.named.get(content.name, []) if not content.document_number else []
    known = (
        register.person_of.get(number_digest(content.document_number)) if content.document_number else None
    )
    if state == RowState.WAITING:
        return Standing(state, reason, candidates=[known[0]] if known else same)
    if same:
        return Standing(RowState.WAITING, RowReason.SAME_NAME, candidates=same)
    if known and known[1] != matching_key(content.name):
        return Standing(RowState.WAITING, RowReason.NUMBER_SHARED, candidates=[known[0]])
    return Standing(RowState.ACCEPTED, person=known[0] if known else None)
