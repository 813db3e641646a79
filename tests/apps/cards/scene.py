"""A place with a key and people who may hold a card (试验用服务卡)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from juxian.apps.accounts.models import User
from juxian.apps.cards.actions import issue_card, make_key
from juxian.apps.cards.models import Card
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from tests.web.places import Place

KIND = "talent-card"
DAY = date(2022, 6, 1)


@dataclass
class Scene:
    place: Place
    office: User
    person: Person
    hospital: Organisation

    def issued(self, person: Person | None = None, day: date = DAY) -> Card:
        return issue_card(person=person or self.person, kind=KIND, day=day, by=self.office)


def classed(place: Place, name: str = "测试甲", level: str = "c") -> Person:
    return place.person(name, facts=[FactDraft("talent_class", {"level": level}, date(2021, 1, 1))])


def issued_card(place: Place, settings: Any, home: Path) -> Card:
    """A card that was issued on ``DAY``, which is today; the key lies in ``home``."""
    settings.JUXIAN_TODAY = DAY
    settings.JUXIAN_HOME = home
    make_key(day=DAY)
    return issue_card(person=classed(place), kind=KIND, day=DAY)
