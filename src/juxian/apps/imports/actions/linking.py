"""Who a row speaks of (关联): by exact document number, then by the evidence that every path uses (``apps.linking``).

What is less sure waits for a person to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juxian.apps.imports.enums import RowReason, RowState
from juxian.apps.imports.queries import RowContent
from juxian.apps.linking.actions import candidates_for_many
from juxian.apps.linking.queries import Candidate, precision_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import number_digest, present_digests
from juxian.apps.persons.models import IdentityDocument, Person
from juxian.core.identity import matching_key
from juxian.core.identity.linking.judging import Zone
from juxian.core.identity.linking.traces import Known

_PART = 500  # values in one IN list
_CHECKED_AT_ONCE, _SHOWN = 2_000, 5


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
    return Register(persons_by_digest(home, numbers), _by_name(home, contents))


def persons_by_digest(home: Organisation, numbers: set[str]) -> dict[str, tuple[int, str]]:
    """Present digest of a number → (person, matching key of the name) of standing records; a merged one stands for its target."""
    found: dict[str, tuple[int, str]] = {}
    present = present_digests(numbers)
    wanted = sorted(present)
    for start in range(0, len(wanted), _PART):
        rows = IdentityDocument.objects.filter(
            digest__in=wanted[start : start + _PART], withdrawn_at=None, person__home=home
        ).values_list("digest", "person_id", "person__merged_into_id", "person__name")
        for digest, person, merged_into, name in rows:
            found[present[digest]] = (merged_into or person, matching_key(name))
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


def known_of_row(content: RowContent) -> Known:
    """What a row says, as it is compared with the register; of a damaged number only what is certain."""
    values: dict[str, list[Any]] = defaultdict(list)
    for fact in content.facts:
        for name, value in fact.value.items():
            values[f"{fact.kind}.{name}"].append(value)
    birth = next(iter(values["identity.birth_date"]), None)
    damaged = [problem.raw for problem in content.problems if problem.reason == RowReason.NUMBER_DAMAGED]
    number = (content.document_kind, content.document_number)
    return Known(
        content.name,
        numbers=(number,) if content.document_number else (),
        damaged=damaged[0] if damaged else "",
        birth=date.fromisoformat(birth) if birth else None,
        precision=precision_of(birth),
        gender=next(iter(values["identity.gender"]), ""),
        phones=tuple(values["contact.phone"]),
        emails=tuple(values["contact.email"]),
        employer=next(iter(values["employment.employer"]), ""),
        school=next(iter(values["education.school"]), ""),
        native_place=next(iter(values["identity.native_place"]), ""),
    )


def _ask_the_register(
    home: Organisation, contents: Sequence[RowContent], standings: Sequence[Standing]
) -> None:
    """Rows whose number the register does not know, compared by evidence as every other path compares; in place.

    One record for which the evidence suffices is taken; otherwise a person decides among those it may be.
    """
    open_ = [
        place
        for place, standing in enumerate(standings)
        if contents[place].name and standing.person is None and _is_open(standing)
    ]
    for start in range(0, len(open_), _CHECKED_AT_ONCE):
        part = open_[start : start + _CHECKED_AT_ONCE]
        every = candidates_for_many(home, [known_of_row(contents[place]) for place in part])
        for place, found in zip(part, every, strict=True):
            _settle(standings[place], found, with_number=bool(contents[place].document_number))


def _is_open(standing: Standing) -> bool:
    if standing.state == RowState.ACCEPTED:
        return True
    return (
        standing.state == RowState.WAITING
        and standing.reason == RowReason.SAME_NAME
        and bool(standing.candidates)
    )


def _settle(standing: Standing, found: Sequence[Candidate], *, with_number: bool) -> None:
    certain = {item.person for item in found if item.zone is Zone.AUTOMATIC}
    if len(certain) == 1:
        standing.state, standing.reason, standing.person = RowState.ACCEPTED, RowReason.NONE, certain.pop()
        standing.candidates = []
    elif found:
        standing.state = RowState.WAITING
        standing.reason = RowReason.MAYBE_KNOWN if with_number else RowReason.SAME_NAME
        near = [item.person for item in found[:_SHOWN]]
        standing.candidates = [*near, *(person for person in standing.candidates if person not in near)]


def compare(home: Organisation, rows: Sequence[tuple[RowContent, str, str]]) -> list[Standing]:
    """rows: (content, state, reason) as they stand by themselves and among the rows of their file."""
    contents = [content for content, _state, _reason in rows]
    register = look_up(home, contents)
    standings = [_standing(content, state, reason, register) for content, state, reason in rows]
    _ask_the_register(home, contents, standings)
    return standings


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
