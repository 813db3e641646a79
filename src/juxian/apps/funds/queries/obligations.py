"""Who owes service, how much of it is served, and what would be owed today (服务义务查询)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import ObligationState
from juxian.apps.funds.models import Obligation, Recovery
from juxian.apps.funds.queries.grants import READERS, living
from juxian.apps.funds.queries.ledger import balances_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact
from juxian.core.dates import add_months
from juxian.core.funds.breach import Ending, Tenure, service_ending
from juxian.core.ledger.clawback import Owed, owed_back
from juxian.core.ledger.service import Period, complete_on, served_months

RETIRED = "retired"  # ends service without a breach
SHORTEST_MONTHS = 6  # a shorter leave counts as service; policy-facts R88


@dataclass(frozen=True, slots=True)
class Standing:
    """One obligation on a day. ending: the break of service, if any. owed: if service ended then, or ends today."""

    obligation: Obligation
    ending: Ending | None
    served: int
    ends_on: date
    paid_fen: int
    owed: Owed

    @property
    def is_fulfilled(self) -> bool:
        return not self.owed.missing_months


def recoveries_visible_to(user: User) -> QuerySet[Recovery]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return Recovery.objects.filter(obligation__grant__home__in=places)


def running(home: Organisation) -> QuerySet[Obligation]:
    return Obligation.objects.filter(grant__home=home, state=ObligationState.RUNNING).select_related(
        "grant__home", "grant__person__merged_into__merged_into"
    )


def standings(obligations: Iterable[Obligation], day: date) -> list[Standing]:
    """Each with its service clock on ``day``, from the facts that stand; three queries."""
    rows = list(obligations)
    people = {row.pk: living(row.grant.person).pk for row in rows}
    facts: dict[int, list[Fact]] = {}
    kinds = {"employment", "departure", *(kind for row in rows for kind in row.uncounted)}
    for fact in Fact.objects.standing().filter(person__in=set(people.values()), kind__in=kinds):
        facts.setdefault(fact.person_id, []).append(fact)
    here = _codes_here({row.grant.home for row in rows})
    paid = balances_of(f"paid:{row.grant.name}" for row in rows)
    return [
        _standing(row, facts.get(people[row.pk], []), here, paid[f"paid:{row.grant.name}"], day)
        for row in rows
    ]


def _codes_here(homes: set[Organisation]) -> Mapping[int, frozenset[str]]:
    return {
        home.pk: frozenset(Organisation.objects.under(home.path).values_list("code", flat=True))
        for home in homes
    }


def _standing(
    row: Obligation, facts: Sequence[Fact], here: Mapping[int, frozenset[str]], paid_fen: int, day: date
) -> Standing:
    known = here[row.grant.home_id]
    tenures = [
        Tenure(fact.since, fact.until, fact.value.get("employer") in known)
        for fact in facts
        if fact.kind == "employment"
    ]
    departures = [fact.since for fact in facts if fact.kind == "departure"]
    retired = any(fact.kind == "departure" and fact.value.get("reason") == RETIRED for fact in facts)
    ending = None if retired else service_ending(tenures, departures, row.since, day)
    uncounted = [Period(fact.since, fact.until) for fact in facts if fact.kind in row.uncounted]
    end = ending.day if ending else day
    served = served_months(row.since, max(end, row.since), uncounted, SHORTEST_MONTHS)
    owed = owed_back(row.terms, row.grant.total_fen, paid_fen, served)
    left = (
        add_months(row.since, row.serve_months)
        if ending
        else complete_on(row.since, row.serve_months, max(day, row.since), uncounted, SHORTEST_MONTHS)
    )
    return Standing(row, ending, served, left, paid_fen, owed)
