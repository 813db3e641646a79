"""Reading pairs for a user, and comparing one record with the register (查重查询)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.linking.enums import PairState, Verdict
from juxian.apps.linking.models import Decision, Learnt, Merge, Pair, PairQuerySet, Trace
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, IdentityDocument, Person
from juxian.core.identity.linking.judging import CLASS_OF, CLASSES, Zone, judge
from juxian.core.identity.linking.signs import signs_between
from juxian.core.identity.linking.traces import COLUMNS, Known, Tracer
from juxian.core.identity.linking.traces import Trace as CoreTrace
from juxian.core.identity.linking.vicinity import mark_few
from juxian.core.identity.linking.weighing import Weights
from juxian.core.secrecy import unseal

OFFICERS = (Role.OFFICE,)
CANDIDATES = 400  # compared for one record; more than that share its sound in no register we know
_PART = 400  # values in one IN list


def pairs_visible_to(user: User) -> PairQuerySet:
    """Pairs of the jurisdictions where the user is the talent office."""
    return Pair.objects.under(*user.paths_for(OFFICERS, on=today())).select_related("left", "right", "home")


def merges_visible_to(user: User) -> QuerySet[Merge]:
    """Merges in the jurisdictions where the user is the talent office."""
    homes = Organisation.objects.under(*user.paths_for(OFFICERS, on=today()))
    return Merge.objects.filter(keep__home__in=homes).select_related("keep__home", "drop", "merged_by")


@dataclass(frozen=True, slots=True)
class ClassStanding:
    """One evidence class of the queue. seen, agreed: pairs that people decided one by one, and those found one person."""

    evidence: str
    waiting: int
    seen: int
    agreed: int

    @property
    def safe(self) -> bool:
        return CLASS_OF[self.evidence].safe


def classes_waiting(home: Organisation) -> list[ClassStanding]:
    """Evidence classes with waiting pairs, strongest class first; two queries."""
    waiting = dict(
        Pair.objects.waiting().filter(home=home).order_by().values_list("evidence").annotate(n=Count("id"))
    )
    seen: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    decided = (
        Decision.objects.filter(left__home=home, bulk=False, decided_by__isnull=False)
        .order_by()
        .values_list("evidence", "verdict")
        .annotate(n=Count("id"))
    )
    for evidence, verdict, number in decided:
        seen[evidence][0] += number
        seen[evidence][1] += number if verdict == Verdict.SAME else 0
    order = [item.name for item in CLASSES]
    return [
        ClassStanding(name, waiting[name], seen[name][0], seen[name][1])
        for name in order
        if waiting.get(name)
    ]


def survivor_of(person: Person) -> Person:
    """The record that stands for a merged one; itself when it was not merged."""
    while person.merged_into_id:
        person = Person.objects.get(pk=person.merged_into_id)
    return person


# one record against the register


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the register that a new one may be, with the signs for and against."""

    person: int
    zone: Zone
    evidence: str
    weight: float
    signs: frozenset[str]


@lru_cache(maxsize=4)
def _tracer(key: bytes) -> Tracer:
    return Tracer(key)


def tracer() -> Tracer:
    """The maker of traces with this site's key."""
    return _tracer(settings.JUXIAN_KEYS.now().searching)


def weights_for(home: Organisation) -> Weights:
    """What the register of a jurisdiction has taught; stated weights before that."""
    found = Learnt.objects.filter(home=home).values_list("weights", flat=True).first()
    return Weights.from_json(found) if found else Weights()


def check_many(home: Organisation, new: Sequence[Known]) -> list[list[Candidate]]:
    """For each of ``new``, the records of the register it may be, strongest first; pairs that stay apart are left out.

    A number of queries that grows with the number of new records by the hundred, not with the register.
    """
    made = [tracer().trace(item) for item in new]
    old = _vicinity(home, made)
    sides = [dict(zip(COLUMNS, trace.values(), strict=True)) for trace in made]
    mark_few([*sides, *old.values()])
    index: dict[tuple[str, int], list[int]] = defaultdict(list)
    for person, values in old.items():
        for block in _keys(values):
            index[block].append(person)
    weights = weights_for(home)
    return [_candidates(values, old, index, weights) for values in sides]


def check(home: Organisation, new: Known) -> list[Candidate]:
    """As ``check_many`` for one."""
    return check_many(home, [new])[0]


def _candidates(
    values: Mapping[str, int],
    old: Mapping[int, Mapping[str, int]],
    index: Mapping[tuple[str, int], list[int]],
    weights: Weights,
) -> list[Candidate]:
    near = dict.fromkeys(person for block in _keys(values) for person in index.get(block, ()))
    found = []
    for person in near:
        signs = signs_between(values, old[person])
        weight = weights.between(values, old[person])
        judged = judge(signs, weight)
        if judged.zone is not Zone.APART:
            found.append(Candidate(person, judged.zone, judged.evidence, weight, signs))
    return sorted(found, key=lambda item: (-item.weight, item.person))


_SOUGHT = ("number", "first15", "passport", "permit", "phone", "email", "sound")


def _keys(values: Mapping[str, int]) -> list[tuple[str, int]]:
    """What two records must have in common to be compared: the blocks of one record."""
    pairs = [(name, values[name]) for name in _SOUGHT if values[name]]
    if values["turned"]:
        pairs.append(("sound", values["turned"]))
    for also in ("phone_also", "email_also"):
        if values[also]:
            pairs.append((also.removesuffix("_also"), values[also]))
    if values["birth_day"] and values["near"]:
        pairs.append(("birth", values["birth_day"] ^ values["near"]))
    return pairs


def _vicinity(home: Organisation, made: Sequence[CoreTrace]) -> dict[int, dict[str, int]]:
    """Traces of the register that share a block with one of ``made``."""
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(made), _PART):
        part = made[start : start + _PART]
        condition = Q(pk__in=[])
        for name in _SOUGHT:
            values = {getattr(trace, name) for trace in part} - {0}
            if name == "sound":
                values |= {trace.turned for trace in part} - {0}
            if values:
                condition |= Q(**{f"{name}__in": values})
        days = {trace.birth_day for trace in part} - {0}
        if days:
            condition |= Q(birth_day__in=days, near__in={trace.near for trace in part} - {0})
        rows = Trace.objects.filter(condition, home=home, person__merged_into=None)
        limit = CANDIDATES * len(part)
        for row in rows.values_list("person_id", *COLUMNS)[:limit]:
            found[row[0]] = dict(zip(COLUMNS, row[1:], strict=True))
    return found


# what is known of the records of the register


COMPARED_KINDS = ("identity", "contact", "employment", "education")


def known_of(people: Sequence[Person]) -> list[tuple[Person, Known]]:
    """What the register knows of many persons, as it is compared, in two queries."""
    keys = settings.JUXIAN_KEYS
    numbers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    documents = IdentityDocument.objects.filter(person__in=people, withdrawn_at=None).order_by("pk")
    for person, kind, sealed in documents.values_list("person_id", "kind", "sealed"):
        numbers[person].append((kind, unseal(bytes(sealed), keys)))
    facts: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    rows = Fact.objects.standing().filter(person__in=people, kind__in=COMPARED_KINDS)
    for person, kind, value in rows.order_by("-since", "-pk").values_list("person_id", "kind", "value"):
        facts[person][kind].append(value)
    return [(person, _known(person, numbers[person.pk], facts[person.pk])) for person in people]


def _known(
    person: Person, numbers: list[tuple[str, str]], facts: Mapping[str, list[dict[str, Any]]]
) -> Known:
    """The newest statement of each kind counts; of education the highest stands last in time."""
    identity = facts.get("identity", [])
    return Known(
        name=person.name,
        numbers=tuple(numbers),
        birth=_day(_first(identity, "birth_date")),
        precision=precision_of(_first(identity, "birth_date")),
        gender=str(_first(identity, "gender") or ""),
        phones=_every(facts.get("contact", []), "phone"),
        emails=_every(facts.get("contact", []), "email"),
        employer=str(_first(facts.get("employment", []), "employer") or ""),
        school=str(_first(facts.get("education", []), "school") or ""),
        native_place=str(_first(identity, "native_place") or ""),
    )


def precision_of(birth: str | None) -> str:
    """A month is kept as its first day, so that day proves no more than the month."""
    return "month" if birth and birth.endswith("-01") else "day"


def _first(values: Iterable[dict[str, Any]], name: str) -> Any:
    return next((value[name] for value in values if value.get(name)), None)


def _every(values: Iterable[dict[str, Any]], name: str) -> tuple[str, ...]:
    return tuple(str(value[name]) for value in values if value.get(name))


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def decisions_of(home: Organisation) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(must, cannot) of living records, by the latest decision on each pair; a merged record stands for its survivor."""
    merged = Person.objects.filter(home=home, merged_into__isnull=False)
    stands_for = {pk: into for pk, into in merged.values_list("pk", "merged_into") if into}

    def survivor(person: int) -> int:
        while person in stands_for:
            person = stands_for[person]
        return person

    latest: dict[tuple[int, int], str] = {}
    rows = (
        Decision.objects.filter(left__home=home).order_by("pk").values_list("left_id", "right_id", "verdict")
    )
    for left, right, verdict in rows:
        pair = (survivor(left), survivor(right))
        if pair[0] != pair[1]:
            latest[min(pair), max(pair)] = verdict
    split: dict[str, list[tuple[int, int]]] = {Verdict.SAME: [], Verdict.DIFFERENT: []}
    for pair, verdict in latest.items():
        split[verdict].append(pair)
    return split[Verdict.SAME], split[Verdict.DIFFERENT]


def next_waiting(pair: Pair) -> Pair | None:
    """The pair that comes after this one in its class; the strongest waiting one when it was the last."""
    waiting = Pair.objects.waiting().filter(home=pair.home, state=PairState.OPEN).exclude(pk=pair.pk)
    same = waiting.filter(evidence=pair.evidence).filter(
        Q(weight__lt=pair.weight) | Q(weight=pair.weight, pk__gt=pair.pk)
    )
    return same.first() or waiting.first()
