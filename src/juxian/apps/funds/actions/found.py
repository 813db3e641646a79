"""Promising in money what a run found, without an application (免申即享的核定)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from juxian.apps.funds.actions.grants import grant_benefit
from juxian.apps.funds.enums import AccountState
from juxian.apps.funds.models import PayeeAccount
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.models import Person
from juxian.apps.policies.registry import NotGranted
from juxian.core.ledger.refusals import Refused


def grant_without_application(person: Person, policy: str, benefit: str, key: str, day: date) -> str:
    """``grant:42``; the same key finds the first grant. Raises ``NotGranted`` with what stands against it."""
    try:
        grant = grant_benefit(person=person, policy=policy, benefit=benefit, source_key=key, day=day)
    except NotPossible as why:
        raise NotGranted(str(why)) from why
    except Refused as refusal:
        raise NotGranted(str(refusal.message)) from refusal
    return f"grant:{grant.pk}"


def confirmed_accounts(people: Sequence[int]) -> Mapping[int, bool]:
    """Person → whether bank details are confirmed."""
    known = PayeeAccount.objects.filter(person__in=people, state=AccountState.CONFIRMED)
    there = set(known.values_list("person", flat=True))
    return {person: person in there for person in people}
