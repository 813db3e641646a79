"""Persons as rows of a list, in words (人员列表行)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from juxian.apps.persons.models import Person
from juxian.core.facts.schema import Schema
from juxian.core.facts.values import show_value
from juxian.web.kit.dossier import names_of

LONGEST_BADGE = 2
STATUS_TONES = {"serving": "ok", "left": "mute"}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What the list shows of a person; empty text where nothing is known."""

    number: str
    name: str
    employer: str
    position: str
    level_code: str
    level: str
    degree: str
    title_level: str
    rank: str
    status: str
    status_tone: str
    introduced_on: date | None


def rows_of(people: Iterable[Person], schema: Schema, language: str) -> list[PersonRow]:
    """Rows for persons read with their profile; names of employers in one query."""
    people = list(people)
    codes = {person.profile.employer for person in people if has_profile(person) and person.profile.employer}
    names = names_of(codes, language)
    return [_row(person, schema, language, names) for person in people]


def has_profile(person: Person) -> bool:
    """A person whose facts were all withdrawn has no profile row."""
    return getattr(person, "profile", None) is not None


def level_badge(code: str | None) -> str:
    """One or two characters for the square badge: ``a`` → A, ``doctor_b`` → B; none for codes that are words."""
    last = (code or "").replace("_", "-").rsplit("-", 1)[-1]
    return last.upper() if len(last) <= LONGEST_BADGE else ""


def _row(person: Person, schema: Schema, language: str, names: dict[str, str]) -> PersonRow:
    if not has_profile(person):
        return PersonRow(person.number, person.name, "", "", "", "", "", "", "", "", "mute", None)
    profile = person.profile

    def words(field: str) -> str:
        value = getattr(profile, field)
        return show_value(value, schema.profile[field].type, schema, language) if value else ""

    return PersonRow(
        number=person.number,
        name=person.name,
        employer=names.get(profile.employer or "", profile.employer or ""),
        position=str(profile.values.get("position", "")),
        level_code=level_badge(profile.talent_level),
        level=words("talent_level"),
        degree=words("degree"),
        title_level=words("title_level"),
        rank=words("six_ranks"),
        status=words("status"),
        status_tone=STATUS_TONES.get(profile.status or "", "mute"),
        introduced_on=profile.introduced_on,
    )
