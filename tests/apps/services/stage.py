"""A place that offers the example services of the engine's tests, with its units and their people (试验用办件)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.apps.services.actions import Wanted, act_on_case, submit_application
from juxian.apps.services.models import Case
from juxian.core.packs.schema import Pack
from juxian.core.positioned import read_yaml
from juxian.core.services import Service, read_service
from juxian.core.source import Rejected, Source
from tests.core.services.place import EXAMPLES, at
from tests.factories import OrganisationFactory, UserFactory
from tests.web.places import Place, make_place

CLAIM = "settlement-claim"
UNITS = {"human-resources": "jyg-hr-bureau", "finance": "jyg-finance-bureau", "housing": "jyg-housing-bureau"}
ANSWERS: dict[str, Any] = {
    "full_name": "测试甲",
    "education": "硕士",
    "mobile": "13800001234",
    "married": False,
    "claimed": "6万元",
    "account": "6222020000000000",
    "moved_in": "2025-12-01",
}
FILES = {"contract": ["contract.pdf"], "diploma": ["diploma.pdf"]}
OPENED = at("2026-01-05 10:00")


def example(pack: Pack, name: str = CLAIM, text: str = "") -> Service:
    """A service of the engine's tests under the vocabulary of a pack."""
    text = text or (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    service, problems = read_service(read_yaml(Source(f"{name}.yaml", text)), pack.schema)
    if service is None:
        raise Rejected(problems)
    return service


def offer(monkeypatch: Any, pack: Pack, service: Service) -> None:
    """Let a pack offer a service until the end of the test."""
    monkeypatch.setitem(pack.services.ids, service.id, None)
    monkeypatch.setitem(pack.services._read, service.id, (service, []))


@dataclass
class Stage:
    """Everybody who has to do with a claim."""

    place: Place
    units: dict[str, Organisation]
    person: Person
    applicant: User
    employer: User
    office: User
    second: User
    clerks: dict[str, User] = field(default_factory=dict)

    @property
    def root(self) -> Organisation:
        return self.place.root

    def submitted(self, when: datetime = OPENED, **answers: Any) -> Case:
        """A claim of the applicant's, handed in."""
        return submit_application(
            home=self.root,
            service=CLAIM,
            by=self.applicant,
            person=self.person,
            answers={**ANSWERS, **answers},
            materials=FILES,
            at=when,
        )

    def does(self, case: Case, by: User, name: str, when: str | datetime = OPENED, **more: Any) -> Case:
        moment = at(when) if isinstance(when, str) else when
        return act_on_case(case=case, wanted=Wanted(name, **more), by=by, at=moment)

    def decided(self) -> Case:
        """A claim that waits for the second person of the office."""
        case = self.does(self.submitted(), self.employer, "endorse")
        for unit, clerk in self.clerks.items():
            case = self.does(case, clerk, "pass", task=f"checks/{BRANCHES[unit]}")
        return self.does(case, self.office, "grant")


BRANCHES = {"human-resources": "staff", "finance": "money", "housing": "homes"}


def set_stage(monkeypatch: Any) -> Stage:
    """嘉峪关 with three departments; the applicant works at its hospital."""
    place = make_place()
    offer(monkeypatch, place.pack, example(place.pack))
    units = {
        duty: OrganisationFactory(code=code, parent=place.root, kind="department", name=duty)
        for duty, code in UNITS.items()
    }
    introduced = FactDraft(
        "introduction", {"mode": "full_time", "service_months": 60}, OPENED.date().replace(year=2025)
    )
    person = place.person(facts=[introduced])
    return Stage(
        place=place,
        units=units,
        person=person,
        applicant=UserFactory(role=Role.PERSON, organisation=place.root, person=person, email="a@example.cn"),
        employer=place.user(Role.EMPLOYER),
        office=place.user(Role.OFFICE),
        second=place.user(Role.OFFICE),
        clerks={duty: UserFactory(role=Role.DEPARTMENT, organisation=unit) for duty, unit in units.items()},
    )
