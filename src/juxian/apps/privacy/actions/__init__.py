"""Consent and its withdrawal, exports, requests to delete, the retention job (同意、导出、删除、留存期)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.attrition.models import AttritionWarning
from juxian.apps.audit.actions import record, record_each
from juxian.apps.clock import now, today
from juxian.apps.collectives.models import Pairing, Stay
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.models import Fact, Person
from juxian.apps.privacy.actions.forgetting import (
    FORGET,
    forget_beside,
    forget_identities,
    forget_rest,
    how_many,
)
from juxian.apps.privacy.actions.repeating import AGAIN, Erased, forgotten_deletions, note_erased, note_soon
from juxian.apps.privacy.enums import RequestState
from juxian.apps.privacy.models import Consent, ErasureRequest, RetentionRun
from juxian.apps.privacy.queries import (
    EXPORTED,
    PAIRINGS,
    STAYS,
    WARNINGS,
    beside_facts,
    due_facts,
    retention_of,
    withdrawn_by,
)
from juxian.apps.privacy.queries.copies import Enclosed, enclosed_files, subject_export
from juxian.apps.privacy.queries.leaving import facts_after_leaving, records_after_leaving
from juxian.apps.privacy.rules import may_speak_for
from juxian.apps.stocktake.actions import forget_people, forget_takes
from juxian.core.packs.purposes import Purpose, purposes_of, rests_on
from juxian.core.packs.schema import Pack

CHUNK, RECORDS_AT_ONCE = 5000, 500


class NotPossible(Exception):
    """The moment does not allow it; says why to the user."""


@transaction.atomic
def say_on_purpose(*, person: Person, purpose: Purpose, given: bool, by: User) -> Consent:
    """Give or withdraw consent (同意、撤回). A withdrawal takes back, in the same transaction, the facts that rest on it
    alone. Raises ``NotPossible`` for a purpose that does not rest on consent.
    """
    may_speak_for(by, person).or_refuse()
    if not purpose.by_consent:
        raise NotPossible(_("这项处理依法律规定进行，不以同意为前提，不能撤回。"))
    made = Consent.objects.create(
        person=person, purpose=purpose.id, title=purpose.title.zh[:200], given=given, at=now(), by=by
    )
    record(
        "privacy.consent_given" if given else "privacy.consent_withdrawn",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"purpose": purpose.id},
    )
    if not given:
        take_back_without_consent([person])
    return made


def take_back_without_consent(people: Sequence[Person]) -> None:
    """Take back standing facts that rest on nothing but a withdrawn consent, however they came in."""
    withdrawn: dict[int, set[str]] = {}
    for start in range(0, len(people), CHUNK):
        withdrawn |= withdrawn_by(people[start : start + CHUNK])
    for person in people:
        if person.pk not in withdrawn:
            continue
        purposes = pack_of(person.home).purposes
        resting = {
            kind
            for key in withdrawn[person.pk]
            if key in purposes
            for kind in rests_on(purposes[key], purposes.values())
        }
        with transaction.atomic():
            count = person.facts.standing().filter(kind__in=resting).update(withdrawn_at=now())
            if count:
                record(
                    "privacy.facts_taken_back",
                    subject=person,
                    organisation_path=person.home.path,
                    detail={"kinds": sorted(resting), "facts": count},
                )
                refresh_profiles([person])


@transaction.atomic
def export_subject(*, person: Person, by: User) -> tuple[dict[str, Any], list[Enclosed]]:
    """The copy that a person takes along (个人信息副本), and the files that belong to it; recorded, never stored here."""
    may_speak_for(by, person).or_refuse()
    found, files = subject_export(person), list(enclosed_files(person, by))
    record(
        EXPORTED,
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"facts": len(found["facts"]), "cases": len(found["cases"]), "files": len(files)},
    )
    return found, files


@transaction.atomic
def ask_to_erase(*, person: Person, words: str, by: User) -> ErasureRequest:
    """Ask to delete own data (申请删除). Raises ``NotPossible`` while an earlier request waits."""
    may_speak_for(by, person).or_refuse()
    Person.objects.select_for_update().get(pk=person.pk)
    if person.erasure_requests.filter(state=RequestState.OPEN).exists():
        raise NotPossible(_("上一次申请还在处理。"))
    made = ErasureRequest.objects.create(person=person, words=words, asked_at=now(), asked_by=by)
    record("privacy.erasure_asked", actor=by, subject=person, organisation_path=person.home.path)
    return made


@transaction.atomic
def decide_erasure(*, request: ErasureRequest, grant: bool, answer: str, by: User) -> ErasureRequest:
    """Delete what no law keeps, or refuse with a reason (决定). Raises ``NotPossible`` when it was decided before."""
    state = RequestState.GRANTED if grant else RequestState.REFUSED
    changed = ErasureRequest.objects.filter(pk=request.pk, state=RequestState.OPEN).update(
        state=state, decided_at=now(), decided_by=by, answer=answer
    )
    if not changed:
        raise NotPossible(_("申请已经处理过。"))
    person = request.person
    outcome: dict[str, Any] = _erase_person(person) if grant else {}
    ErasureRequest.objects.filter(pk=request.pk).update(outcome=outcome)
    record(
        "privacy.erasure_decided",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"state": state, **outcome},
        reason=answer,
    )
    if grant:
        note_soon()
    request.refresh_from_db()
    return request


def erase_again(*, erased: Iterable[Erased], dry_run: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Make again the deletions of a list that a restored database has forgotten; (number of the record, what went).

    To be done before anybody works with the restored data: it deletes what stands in it now.
    """
    told = []
    for person, at in forgotten_deletions(erased):
        outcome: dict[str, Any] = {}
        if not dry_run:
            with transaction.atomic():
                outcome = _erase_person(person)
                detail = {"decided_at": at.isoformat(), **outcome}
                record(AGAIN, subject=person, organisation_path=person.home.path, detail=detail)
        told.append((person.number, outcome))
    return told


def _erase_person(person: Person) -> dict[str, Any]:
    return _erase_people([person])[person.pk]


def _erase_people(people: Sequence[Person], *, law: bool = True) -> dict[int, dict[str, Any]]:
    """Delete every fact, standing or not, whose kind no law keeps; kinds without a purpose go as well. Person → what went, what stays.

    people: of one place; the number of statements does not grow with them. law: False where the time of every law is over.

    Name and document numbers go with the kind ``identity``; drafts, roster rows, messages, corrections and cases as ``keeping`` says.

    Of memberships and pairings goes what is over; what stands is the office's record of a team, and is named as kept.
    Warnings go, standing ones too; the next night raises again what standing facts warn of.
    """
    home = people[0].home
    pack = pack_of(home)
    erased: dict[int, dict[str, int]] = {person.pk: {} for person in people}
    kept: dict[int, dict[str, list[str]]] = {person.pk: {} for person in people}
    facts = Fact.objects.filter(person__in=people)
    held = list(facts.order_by().values_list("person", "kind").annotate(number=Count("pk")))
    laws = {
        kind: _laws_of(kind, pack) if law else [] for kind in sorted({kind for _pk, kind, _count in held})
    }
    for pk, kind, number in held:
        if laws[kind]:
            kept[pk][kind] = laws[kind]
        else:
            erased[pk][kind] = number
    facts.filter(kind__in=[kind for kind in laws if not laws[kind]]).delete()
    _add(erased, forget_identities([person for person in people if "identity" not in kept[person.pk]]))
    went, stays = forget_beside(people, home, pack.keeping.values() if law else ())
    _add(erased, went)
    for pk, names in stays.items():
        kept[pk] |= {data: [] for data in names}
    changed = [person for person in people if erased[person.pk]]
    refresh_profiles(changed)
    forget_people(changed)
    _leave_teams(people, erased, kept)
    warnings = AttritionWarning.objects.filter(person__in=people)
    _add(erased, {pk: {WARNINGS: number} for pk, number in how_many(warnings, "person").items()})
    warnings.delete()
    return {pk: {"erased": erased[pk], "kept": kept[pk]} for pk in erased}


def _laws_of(kind: str, pack: Pack) -> list[str]:
    return [purpose.id for purpose in purposes_of(kind, pack.purposes.values()) if purpose.kept_by_law]


def _add(to: dict[int, dict[str, int]], more: Mapping[int, Mapping[str, int]]) -> None:
    for pk, counts in more.items():
        to[pk] |= counts


def _leave_teams(
    people: Sequence[Person], erased: dict[int, dict[str, int]], kept: dict[int, dict[str, list[str]]]
) -> None:
    over = Q(until__isnull=False, until__lte=today())
    stays = Stay.objects.filter(person__in=people)
    _add(erased, {pk: {STAYS: number} for pk, number in how_many(stays.filter(over), "person").items()})
    stays.filter(over).delete()
    for pk in stays.order_by().values_list("person", flat=True).distinct():
        kept[pk][STAYS] = []
    pairings = Pairing.objects.filter(Q(mentor__in=people) | Q(apprentice__in=people)).order_by()
    ended = list(pairings.filter(over).values_list("mentor", "apprentice"))
    pairings.filter(over).delete()
    for pk in (pk for pair in ended for pk in pair if pk in erased):
        erased[pk][PAIRINGS] = erased[pk].get(PAIRINGS, 0) + 1
    for pair in pairings.values_list("mentor", "apprentice"):
        for pk in pair:
            if pk in kept:
                kept[pk][PAIRINGS] = []


@transaction.atomic
def retain(*, home: Organisation, day: date, dry_run: bool = False) -> RetentionRun:
    """Delete what has been kept long enough in one place and keep a report; ``dry_run`` reports and changes nothing."""
    report = retention_of(home, day)
    total = sum(int(row["erased"] or 0) for row in report.values())
    run = RetentionRun(home=home, at=now(), day=day, erased=total, report=report)
    if dry_run:
        return run
    _forget_left(home, day)
    for kind, row in report.items():
        if row["erased"] and row["months"] is not None and kind in pack_of(home).schema.kinds:
            Fact.objects.filter(pk__in=due_facts(home, kind, row["months"], day).values("pk")).delete()
    for name, _rows, due, _months in beside_facts(home, day):
        FORGET[name](due) if name in FORGET else due.delete()
    run.save()
    if total:
        forget_takes(home)
        detail = {"day": day.isoformat(), "report": report}
        record("privacy.retention_run", subject=run, organisation_path=home.path, detail=detail)
    return run


def _forget_left(home: Organisation, day: date) -> None:
    """What never ends goes some time after its person has left, in the end the record but for its number."""
    due = [
        pk for _months, facts in facts_after_leaving(home, day) for pk in facts.values_list("pk", flat=True)
    ]
    for start in range(0, len(due), CHUNK):
        some = Fact.objects.filter(pk__in=due[start : start + CHUNK])
        people = list(Person.objects.filter(pk__in=some.values("person")).order_by("pk"))
        some.delete()
        refresh_profiles(people)
    months, _left, records = records_after_leaving(home, day)
    gone = list(records.select_related("home").order_by("pk"))
    for start in range(0, len(gone), RECORDS_AT_ONCE):
        people = gone[start : start + RECORDS_AT_ONCE]
        outcomes = _erase_people(people, law=False)
        forget_rest(people)
        said = {"months": months, "day": day.isoformat()}
        record_each(
            "privacy.record_forgotten",
            [(person, said | outcomes[person.pk]) for person in people],
            organisation_path=home.path,
        )


def retain_everywhere() -> int:
    """Nightly: every installed place; returns how many facts went. The list of deletions that were granted is brought up to date."""
    note_erased()
    homes = [place.root for place in InstalledPack.objects.select_related("root").order_by("code")]
    return sum(retain(home=home, day=today()).erased for home in homes)
