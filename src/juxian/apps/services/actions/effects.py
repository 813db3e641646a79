"""Carrying out what decisions do, exactly once (执行办理结果)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from juxian.apps.clock import now
from juxian.apps.services.enums import EffectState
from juxian.apps.services.models import Case, CaseEffect
from juxian.apps.services.registry import Apply, EffectCall, EffectRefused, apply_of
from juxian.core.services import Outcome

AT_ONCE = 500
LONGEST_WORD, LONGEST_REASON = 120, 200


def effect_rows(outcomes: Iterable[tuple[Case, Outcome]]) -> list[CaseEffect]:
    """The effects of transitions as rows; the engine's key is unique within a case."""
    return CaseEffect.objects.bulk_create(
        CaseEffect(
            case=case,
            key=effect.key,
            kind=str(effect.kind),
            target=effect.target,
            values=dict(effect.values),
            since=effect.since,
            until=effect.until,
        )
        for case, outcome in outcomes
        for effect in outcome.effects
    )


def carry_out(effects: Sequence[CaseEffect], *, at: datetime | None = None) -> int:
    """Do what can be done now, in the caller's transaction; returns how many. What nobody does yet goes on waiting."""
    return sum(_carry_out(effect, at or now()) for effect in effects)


def carry_out_waiting() -> str:
    """Try what waits again, each in a transaction of its own; returns what happened, for the log."""
    waiting = CaseEffect.objects.filter(state=EffectState.WAITING).select_related(
        "case__home", "case__person", "case__employer", "case__unit", "case__definition"
    )
    done = 0
    for effect in waiting.order_by("id")[:AT_ONCE]:
        with transaction.atomic():
            done += _carry_out(effect, now())
    return f"{done} carried out"


def _carry_out(effect: CaseEffect, at: datetime) -> bool:
    apply = apply_of(effect.kind, effect.target)
    if apply is None:
        return False
    try:
        with transaction.atomic():
            return _once(effect, apply, at)
    except EffectRefused as refused:
        CaseEffect.objects.filter(pk=effect.pk).update(waits_for=refused.reason.zh[:LONGEST_REASON])
        return False


def _once(effect: CaseEffect, apply: Apply, at: datetime) -> bool:
    """The row is taken before anything is done, so that a second worker finds it taken."""
    taken = CaseEffect.objects.filter(pk=effect.pk, state=EffectState.WAITING).update(
        state=EffectState.DONE, done_at=at, waits_for=""
    )
    if not taken:
        return False
    made = apply(
        EffectCall(
            case=effect.case,
            key=f"{effect.case.number}:{effect.key}",
            kind=effect.kind,
            target=effect.target,
            values=effect.values,
            since=effect.since,
            until=effect.until,
        )
    )
    CaseEffect.objects.filter(pk=effect.pk).update(made=made[:LONGEST_WORD])
    return True
