"""A decision that grants a benefit in money promises it (办结即核定)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.timezone import localdate

from juxian.apps.funds.actions.grants import grant_benefit
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of
from juxian.apps.policies.queries import pack_in_force
from juxian.apps.services.actions.facts import living
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.ledger.refusals import Refused
from juxian.core.packs.schema import Pack
from juxian.core.policy import Entitlement, Verdict, entitlements
from juxian.core.policy.document import Benefit
from juxian.core.services.definition import CLAIMED
from juxian.core.text import Text

IN_KIND = "in_kind"
UNKNOWN = Text("没有政策给予这项待遇", "no policy of the place gives this benefit")
NOT_ENTITLED = Text(
    "按现有信息不符合所申请的待遇，或金额未定",
    "not entitled by the facts that stand, or the amount is undecided",
)


def grant_of_case(call: EffectCall) -> str:
    """``grant:42``, or ``in_kind`` for a benefit that gives no money. Raises ``EffectRefused`` with what stands against it."""
    person = living(call.case.person)
    pack = pack_in_force(person.home.pack, call.since)
    wanted = service_of(call.case).benefits if call.target == CLAIMED else (call.target,)
    known = _known(pack, wanted)
    if not known:
        raise EffectRefused(UNKNOWN)
    if not any(benefit.is_money for benefit in known):
        return IN_KIND
    applied = _applied_on(call)
    entitled = _entitled(person, pack, wanted, call.since, applied)
    if entitled is None:
        raise EffectRefused(NOT_ENTITLED)
    try:
        grant = grant_benefit(
            person=person,
            policy=entitled.policy.id,
            benefit=entitled.benefit.id,
            source_key=f"case:{call.key}",
            day=call.since,
            applied=applied,
        )
    except NotPossible as why:
        raise EffectRefused(Text(str(why))) from why
    except Refused as refusal:
        raise EffectRefused(refusal.message) from refusal
    return f"grant:{grant.pk}"


def _known(pack: Pack, wanted: Sequence[str]) -> list[Benefit]:
    """The benefits by these ids, in their newest wording."""
    policies = pack.policies.values()
    return [policy.benefits[word] for policy in policies for word in wanted if word in policy.benefits]


def _applied_on(call: EffectCall) -> date | None:
    """The day on which the case was handed in: a window that has closed since does not count against it."""
    submitted = call.case.submitted_at
    return localdate(submitted) if submitted else None


def _entitled(
    person: Person, pack: Pack, wanted: Sequence[str], day: date, applied: date | None
) -> Entitlement | None:
    """The greatest of the benefits asked for that the person is entitled to."""
    profile = profile_as_of(person, day, pack.schema)
    found = [
        item
        for item in entitlements(pack.policies.values(), profile, day, pack.schema, applied)
        if item.benefit.id in wanted and item.verdict is Verdict.YES and item.amount_fen
    ]
    return max(found, key=lambda item: item.amount_fen or 0, default=None)
