"""A case begins (开始办理): by the applicant, the employer, or an officer at a counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Person
from juxian.apps.services.actions.facts import living
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import Case, CaseSeries, Definition, Draft, Officership
from juxian.apps.services.queries.actors import System, actors_of, engine_id, on_behalf
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.definitions import freeze_on
from juxian.apps.services.queries.loading import Loaded, load
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.packs import pack_called
from juxian.core.services import (
    Action,
    Actor,
    CaseRefused,
    CaseState,
    Outcome,
    Service,
    Why,
    act,
    open_case,
    suggested,
)
from juxian.core.text import Text
from juxian.core.workdays import Calendar


class NotTakenIn(Exception):
    """The place takes in no application of this service now (停办). until: the first day on which it does again."""

    def __init__(self, reason: str, until: Any) -> None:
        super().__init__(reason)
        self.reason, self.until = reason, until

    def __str__(self) -> str:
        return _("暂停受理至 %(until)s：%(reason)s") % {"until": self.until, "reason": self.reason}


def definition_of(pack_code: str, service: Service) -> Definition:
    """The stored version of a service as it is now; made when it is new."""
    definition, _created = Definition.objects.get_or_create(
        pack=pack_code,
        service=service.id,
        digest=service.digest,
        defaults={
            "title": service.title.zh,
            "title_en": service.title.in_language("en"),
            "text": service.origin.source.text,
            "since": office_time(),
        },
    )
    return definition


def profile_of(person: Person | None) -> dict[str, Any]:
    """The stored profile of the applicant; empty for a unit, and where nothing is known."""
    profile = getattr(person, "profile", None) if person else None
    return dict(profile.values) if profile else {}


def own_suggestions(person: Person | None, service: Service, day: date) -> dict[str, Any]:
    """What the record of a person offers for a form that they fill in themselves; nobody else is told it."""
    kinds = {field.suggest.partition(".")[0] for field in service.fields.values() if field.suggest}
    if person is None or not kinds:
        return {}
    facts: dict[str, list[Any]] = {}
    for fact in Fact.objects.current_on(day).filter(person=person, kind__in=kinds).order_by("-since", "-pk"):
        facts.setdefault(fact.kind, []).append(fact.value)
    return suggested(service, facts)


def evidence_held(person: Person | None, day: Any) -> frozenset[str]:
    """Fact kinds of which verified facts with evidence stand: what is not asked for again (免提交)."""
    if person is None:
        return frozenset()
    facts = Fact.objects.current_on(day).filter(person=person, verification=Verification.VERIFIED)
    return frozenset(facts.exclude(evidence="").values_list("kind", flat=True))


@transaction.atomic
def open_service(
    *,
    home: Organisation,
    service: str,
    by: User | None,
    person: Person | None = None,
    unit: Organisation | None = None,
    for_applicant: bool = False,
    paper: bool = False,
    applicant: str = "",
    group: str = "",
    system: System | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case in its first step. applicant: the name of a visitor without a record. for_applicant: ``by`` acts for the person or unit (代办), with trace.
    system: opens it for the applicant in place of ``by``.

    Raises ``KeyError`` (not offered), ``NotTakenIn``, ``CaseRefused``.
    """
    moment = at or office_time()
    found = pack_called(home.pack).services[service]
    frozen = freeze_on(home, service, moment.date())
    if frozen is not None:
        raise NotTakenIn(frozen.reason, frozen.until)
    person = living(person) if person else None
    case = _case(home, found, by, person, unit, moment)
    case.paper, case.group, case.applicant = paper, group, case.applicant or applicant
    actor = _opener(case, found, system or by, for_applicant)
    calendar = current_calendar()
    _keep(case, found, actor, open_case(found, actor, moment, calendar, profile_of(person)), moment, calendar)
    record(
        "services.opened",
        actor=by,
        subject=case,
        organisation_path=home.path,
        acting_as=system.name if system else "",
        detail={"number": case.number, "service": service, "for_applicant": for_applicant, "paper": paper},
    )
    return case


@transaction.atomic
def submit_application(
    *,
    home: Organisation,
    service: str,
    by: User | None,
    answers: Mapping[str, Any],
    materials: Mapping[str, Sequence[str]] | None = None,
    person: Person | None = None,
    unit: Organisation | None = None,
    for_applicant: bool = False,
    paper: bool = False,
    applicant: str = "",
    group: str = "",
    system: System | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case and hand it in at once, or do neither; the draft of the user for it goes.

    Raises what ``open_service`` raises; ``CaseRefused`` tells what is wrong of single answers.
    """
    moment = at or office_time()
    case = open_service(
        home=home, service=service, by=by, person=person, unit=unit, for_applicant=for_applicant, paper=paper,
        applicant=applicant, group=group, system=system, at=moment,
    )  # fmt: skip
    loaded, found = load(case), pack_called(home.pack).services[service]
    actor = _opener(case, found, system or by, for_applicant)
    action = Action(
        "submit",
        answers=dict(answers),
        materials={name: tuple(files) for name, files in (materials or {}).items()},
        held=evidence_held(case.person, moment.date()),
        profile=profile_of(case.person),
    )
    calendar = current_calendar()
    outcome = act(found, loaded.state, action, actor, moment, calendar)
    store([Change(loaded, outcome, found, moment)], calendar)
    if by is not None:
        Draft.objects.filter(user=by, home=home, service=service, person=case.person).delete()
    record(
        "services.submitted",
        actor=by,
        subject=case,
        organisation_path=home.path,
        acting_as=system.name if system else "",
        detail={"number": case.number, "service": service},
    )
    return case


def open_further(call: EffectCall) -> str:
    """A decision opens a case of another service for the same applicant; the person still has to hand it in."""
    case: Case = call.case
    try:
        found = pack_called(case.home.pack).services[call.target]
        person = living(case.person) if case.person else None
        made = _case(case.home, found, case.opened_by, person, case.unit, office_time())
        actor = _opener(made, found, case.opened_by, True)
        calendar, moment = current_calendar(), office_time()
        outcome: Outcome = open_case(found, actor, moment, calendar, profile_of(person))
    except (KeyError, CaseRefused) as error:
        raise EffectRefused(Text(f"不能开始事项 {call.target}", f"cannot open {call.target}")) from error
    _keep(made, found, actor, outcome, moment, calendar)
    return made.number


def _keep(
    case: Case, service: Service, actor: Actor, outcome: Outcome, moment: datetime, calendar: Calendar
) -> None:
    """Write a case that has just begun, with its first step."""
    case.version = outcome.case.version
    case.save(force_insert=True)
    blank = CaseState(service.id, service.digest, service.first.id, case.version - 1, actor.id)
    store([Change(Loaded(case, blank, {}, {}), outcome, service, moment)], calendar, locked=True)


def _case(
    home: Organisation,
    service: Service,
    by: User | None,
    person: Person | None,
    unit: Organisation | None,
    moment: datetime,
) -> Case:
    employer = _employer(person)
    standing = Officership.objects.standing().select_related("officer")
    officer = standing.filter(person=person).first() if person else None
    return Case(
        number=next_number(home, moment.year),
        definition=definition_of(home.pack, service),
        service=service.id,
        home=home,
        person=person,
        unit=unit,
        employer=employer,
        applicant=person.name if person else unit.name if unit else "",
        opened_by=by,
        officer=officer.officer if officer else None,
        state=service.first.id,
        version=0,
        opened_at=moment,
        moved_at=moment,
    )


def _employer(person: Person | None) -> Organisation | None:
    code = profile_of(person).get("employer")
    return Organisation.objects.select_related("parent").filter(code=code).first() if code else None


def _opener(case: Case, service: Service, by: User | System | None, for_applicant: bool) -> Actor:
    """As what somebody opens: themselves, their unit, or on behalf of the applicant. Raises ``CaseRefused``."""
    if isinstance(by, System):
        return on_behalf(by, case, service)
    parties = [party for post in service.first.posts for party in post.who]
    if by is not None and not for_applicant:
        for actor in actors_of(by, case, [], office_time().date()):
            if any(actor.is_of(party) for party in parties):
                return actor
        raise CaseRefused(Why.NOT_YOURS)
    if by is None:
        party = parties[0]
        return Actor(engine_id(None) or "visitor", party.role, frozenset({party.place}))
    return on_behalf(by, case, service)


def next_number(home: Organisation, year: int) -> str:
    """The next case number of a jurisdiction, e.g. ``JY-2026-000042``; call inside a transaction."""
    CaseSeries.objects.get_or_create(home=home, year=year)
    CaseSeries.objects.filter(home=home, year=year).update(last=F("last") + 1)
    last = CaseSeries.objects.get(home=home, year=year).last
    return f"{pack_called(home.pack).number_prefix}-{year}-{last:06d}"
