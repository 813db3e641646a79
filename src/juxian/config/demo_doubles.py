"""Doubtful records of the demonstration (演示的疑似重复): second records of generated people, as rosters bring them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from juxian.apps.linking.actions import find_pairs
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, register_people_in_bulk
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, Person, Source

DOUBLES = 16
ALIKE = {
    "伟": "玮",
    "欣": "鑫",
    "静": "婧",
    "杰": "洁",
    "芳": "方",
    "浩": "皓",
    "敏": "闵",
    "明": "铭",
    "军": "君",
    "丽": "莉",
}


@dataclass
class _Double:
    """A record without a number; what ``register_people_in_bulk`` takes."""

    name: str
    facts: Sequence[Any]
    document_kind: str = ""
    document_number: str = ""


def add_doubles(root: Organisation, day: date) -> int:
    """Register second records of a few people and compare the register once; returns the pairs that wait."""
    people = list(
        Person.objects.filter(home=root, profile__employer__isnull=False).order_by("pk")[: DOUBLES * 5 : 5]
    )
    source = Source.objects.create(
        kind=SourceKind.ROSTER, title="各单位补报名册（演示）", organisation=root, day=day
    )
    register_people_in_bulk(home=root, drafts=list(_doubles(people)), source=source)
    return find_pairs(home=root, learn=False).asked


def _doubles(people: list[Person]) -> Iterator[_Double]:
    """In turn: the same without number and phone; a name that sounds the same with the phone; all but the number."""
    facts: dict[int, dict[str, Fact]] = {}
    for fact in Fact.objects.standing().filter(
        person__in=people, kind__in=("identity", "employment", "contact")
    ):
        facts.setdefault(fact.person_id, {}).setdefault(fact.kind, fact)
    for place, person in enumerate(people):
        known = facts.get(person.pk, {})
        if {"identity", "employment"} <= known.keys():
            yield _double(person, known, place % 3)


def _double(person: Person, known: dict[str, Fact], way: int) -> _Double:
    name = _alike(person.name) if way == 1 else person.name
    kinds = ["identity", "employment"] + (["contact"] if way and "contact" in known else [])
    return _Double(name, [_copy(known[kind], name) for kind in kinds])


def _copy(fact: Fact, name: str) -> FactDraft:
    value: dict[str, Any] = dict(fact.value)
    if fact.kind == "identity":
        value["name"] = name
    if fact.kind == "contact":
        value.pop("email", None)  # brothers and sisters share a telephone, seldom an e-mail
    return FactDraft(fact.kind, value, fact.since, fact.until, evidence="补报名册")


def _alike(name: str) -> str:
    """A name of the same sound, else the name itself."""
    return name[:1] + "".join(ALIKE.get(char, char) for char in name[1:])
