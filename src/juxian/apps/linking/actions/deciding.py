"""What a person finds of a pair (核对决定): one at a time, or a whole evidence class after a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.linking.actions.merging import merge_persons
from juxian.apps.linking.enums import PairState, Verdict
from juxian.apps.linking.models import Decision, Pair
from juxian.apps.linking.queries import classes_waiting, survivor_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.identity.linking.signs import HARD, names_in

SAMPLE = 5  # pairs of a class that people must have found alike before the rest may follow
BULK = 200  # pairs decided in one transaction


@dataclass
class NeedsReason(Exception):
    """Merging in spite of a hard sign against needs a reason (不顾反证须说明理由). signs: their names."""

    signs: frozenset[str]

    def __str__(self) -> str:
        return _("有明显的反证，合并须写明理由。")


@dataclass
class SampleTooSmall(Exception):
    """Too few pairs of the class were looked at, or not all of them were one person (抽查不足)."""

    seen: int
    agreed: int

    def __str__(self) -> str:
        return _(
            "这一类已核对 %(seen)d 对，其中 %(agreed)d 对是同一人；须至少 %(sample)d 对且全部是同一人，才能批量合并。"
        ) % {
            "seen": self.seen,
            "agreed": self.agreed,
            "sample": SAMPLE,
        }


@transaction.atomic
def decide_pair(
    *, pair: Pair, verdict: str, by: User | None, reason: str = "", bulk: bool = False
) -> Decision | None:
    """Same: the younger record is folded into the older. Different: remembered for ever. None when decided already.

    Raises ``NeedsReason``, ``CannotMerge``.
    """
    locked = (
        Pair.objects.select_for_update(of=("self",)).select_related("left", "right", "home").get(pk=pair.pk)
    )
    wanted = PairState.SAME if verdict == Verdict.SAME else PairState.DIFFERENT
    if locked.state == wanted or locked.state not in (PairState.OPEN, PairState.DIFFERENT):
        return None
    against = HARD & names_in(locked.signs)
    if verdict == Verdict.SAME and against and not reason.strip():
        raise NeedsReason(against)
    decision = Decision.objects.create(
        left=locked.left,
        right=locked.right,
        verdict=verdict,
        evidence=locked.evidence,
        signs=locked.signs,
        overrides=bool(verdict == Verdict.SAME and against),
        bulk=bulk,
        reason=reason[:500],
        decided_by=by,
    )
    locked.state = wanted
    locked.save(update_fields=["state"])
    record(
        "linking.decided",
        actor=by,
        subject=locked,
        organisation_path=locked.home.path,
        detail={
            "verdict": str(verdict),
            "evidence": locked.evidence,
            "overrides": decision.overrides,
            "bulk": bulk,
        },
        reason=reason,
    )
    if verdict == Verdict.SAME:
        keep, drop = survivor_of(locked.left), survivor_of(locked.right)
        if keep.pk != drop.pk:
            merge_persons(keep=keep, drop=drop, by=by, reason=reason)
    return decision


@transaction.atomic
def remember_apart(*, person: Person, others: Sequence[int], by: User | None, reason: str) -> int:
    """A new record was registered although it looked like ``others``: none of these pairs is asked again."""
    rows = []
    for other in others:
        left, right = sorted((person.pk, other))
        rows.append(
            Decision(
                left_id=left, right_id=right, verdict=Verdict.DIFFERENT, reason=reason[:500], decided_by=by
            )
        )
    Decision.objects.bulk_create(rows)
    if rows:
        record(
            "linking.registered_apart",
            actor=by,
            subject=person,
            organisation_path=person.home.path,
            detail={"others": list(others)},
            reason=reason,
        )
    return len(rows)


def decide_class(*, home: Organisation, evidence: str, by: User, reason: str) -> int:
    """Merge the waiting pairs of a class whose sample people found to be one person each; returns their number.

    Pairs with a hard sign against stay for one-by-one. Can be called again after an interruption.
    Raises ``SampleTooSmall``.
    """
    standing = next((item for item in classes_waiting(home) if item.evidence == evidence), None)
    if standing is None:
        return 0
    if standing.seen < SAMPLE or standing.agreed < standing.seen:
        raise SampleTooSmall(standing.seen, standing.agreed)
    waiting = Pair.objects.waiting().filter(home=home, evidence=evidence)
    keys = [pk for pk, signs in waiting.values_list("pk", "signs") if not HARD & names_in(signs)]
    done = 0
    for start in range(0, len(keys), BULK):
        with transaction.atomic():
            for pair in Pair.objects.waiting().filter(pk__in=keys[start : start + BULK]):
                done += (
                    decide_pair(pair=pair, verdict=Verdict.SAME, by=by, reason=reason, bulk=True) is not None
                )
    return done
