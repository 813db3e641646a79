"""Comparing a whole register (全库查重): traces that are missing are made, pairs are kept, decisions stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.linking.actions.merging import merge_persons
from juxian.apps.linking.enums import PairState, PairZone, Verdict
from juxian.apps.linking.models import Decision, Learnt, Pair, Trace
from juxian.apps.linking.queries import Candidate, check_many, decisions_of, known_of, tracer, weights_for
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.identity.linking.traces import COLUMNS, Known

if TYPE_CHECKING:
    from juxian.core.identity.linking.engine import Linkage
    from juxian.core.identity.linking.stores import Store

CHUNK = 2000
MADE_AT_ONCE = 20_000  # traces that a request makes; a whole register is made by ``find_pairs``


@dataclass(frozen=True, slots=True)
class Found:
    """persons compared, pairs of records scored, pairs that wait for a person, records folded into others."""

    persons: int
    compared: int
    asked: int
    automatic: int
    merged: int


def forget_traces(people: Sequence[Person]) -> None:
    """A record changed: its trace is made again when it is next needed."""
    Trace.objects.filter(person__in=[person.pk for person in people]).delete()


def make_traces(home: Organisation, at_most: int | None = None) -> int:
    """Make the traces that are missing, a chunk in each transaction; returns how many were made."""
    made = 0
    while at_most is None or made < at_most:
        missing = Person.objects.living_records().filter(home=home, trace=None, profile__isnull=False)
        people = list(missing.order_by("pk")[:CHUNK])
        if not people:
            break
        with transaction.atomic():
            rows = [
                Trace(
                    person=person,
                    home_id=home.pk,
                    **dict(zip(COLUMNS, tracer().trace(known).values(), strict=True)),
                )
                for person, known in known_of(people)
            ]
            Trace.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(people)
    return made


def candidates_for_many(home: Organisation, new: Sequence[Known]) -> list[list[Candidate]]:
    """As ``queries.check_many``, after the traces of records that changed lately were made anew (at most 20,000)."""
    make_traces(home, at_most=MADE_AT_ONCE)
    return check_many(home, new)


def candidates_for(home: Organisation, new: Known) -> list[Candidate]:
    """As ``candidates_for_many`` for one."""
    return candidates_for_many(home, [new])[0]


def find_pairs(
    *,
    home: Organisation,
    by: User | None = None,
    merge: bool = False,
    learn: bool = True,
    store: Store | None = None,
) -> Found:
    """Compare every living record of a jurisdiction; with ``merge`` the automatic zone is merged at once.

    store: where pairs are compared, DuckDB in memory unless said otherwise. learn: weights from the register itself;
    otherwise those learnt before. Pairs that a person decided keep their state; waiting ones that no longer stand are closed.
    """
    # deferred: DuckDB, polars and numpy load only when a whole register is compared
    from juxian.core.identity.linking.engine import Linking
    from juxian.core.identity.linking.learning import LEARNT_FROM

    make_traces(home)
    must, cannot = decisions_of(home)
    linking = Linking(store)
    for chunk in _stored(home):
        linking.add_values(chunk)
    known = Learnt.objects.filter(home=home).first()
    weights = None if learn else weights_for(home)
    linkage = linking.link(weights=weights, must=must, cannot=cannot)
    if learn and (linking.records >= LEARNT_FROM or known is None):
        Learnt.objects.update_or_create(
            home=home, defaults={"weights": linkage.weights.as_json(), "records": linking.records}
        )
    _keep_pairs(home, linkage, cannot)
    merged = _merge_automatic(home, linkage, by) if merge else 0
    found = _counted(home, linking.records, linkage, merged)
    record(
        "linking.compared",
        actor=by,
        subject=home,
        organisation_path=home.path,
        detail={
            "persons": found.persons,
            "asked": found.asked,
            "automatic": found.automatic,
            "merged": merged,
        },
    )
    return found


def compare_all() -> dict[str, int]:
    """Compare every jurisdiction and merge nothing (定时查重); code → pairs that wait for a person."""
    return {home.code: find_pairs(home=home).asked for home in Organisation.objects.filter(parent=None)}


def _stored(home: Organisation) -> Iterator[list[tuple[int, ...]]]:
    rows = Trace.objects.filter(home=home, person__merged_into=None).order_by("pk")
    last = 0
    while True:
        chunk: list[Any] = list(rows.filter(pk__gt=last).values_list("person_id", *COLUMNS)[:50_000])
        if not chunk:
            return
        last = chunk[-1][0]
        yield chunk


def _keep_pairs(home: Organisation, linkage: Linkage, cannot: Sequence[tuple[int, int]]) -> None:
    """Upsert what was found; evidence and weight of decided pairs are left as they were judged."""
    barred = set(cannot)
    closed = set(
        Pair.objects.filter(home=home, state__in=(PairState.SAME, PairState.DIFFERENT)).values_list(
            "left_id", "right_id"
        )
    )
    rows = (
        Pair(
            home=home,
            left_id=pair.left,
            right_id=pair.right,
            weight=round(pair.weight * 100),
            signs=pair.signs,
            zone=PairZone(pair.zone.value),
            evidence=pair.evidence,
            state=PairState.OPEN,
        )
        for pair in linkage.pairs
        if (pair.left, pair.right) not in barred and (pair.left, pair.right) not in closed
    )
    with transaction.atomic():
        Pair.objects.filter(home=home, state=PairState.OPEN).update(state=PairState.GONE)
        while part := list(islice(rows, CHUNK)):
            Pair.objects.bulk_create(
                part,
                update_conflicts=True,
                unique_fields=["left", "right"],
                update_fields=["weight", "signs", "zone", "evidence", "state"],
            )


def _merge_automatic(home: Organisation, linkage: Linkage, by: User | None) -> int:
    """Fold the clusters of the automatic zone; the oldest record of each stays."""
    merged = 0
    for group in linkage.clusters.groups():
        with transaction.atomic():
            people = list(Person.objects.living_records().filter(pk__in=group, home=home).order_by("pk"))
            for drop in people[1:]:
                merge_persons(keep=people[0], drop=drop, by=by)
                Decision.objects.create(
                    left=people[0], right=drop, verdict=Verdict.SAME, bulk=True, decided_by=by
                )
                merged += 1
    return merged


def _counted(home: Organisation, persons: int, linkage: Linkage, merged: int) -> Found:
    waiting = Pair.objects.waiting().filter(home=home)
    return Found(
        persons,
        linkage.compared,
        waiting.filter(zone=PairZone.ASKED).count(),
        waiting.filter(zone=PairZone.AUTOMATIC).count(),
        merged,
    )
