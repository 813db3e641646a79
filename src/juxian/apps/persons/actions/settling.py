"""Deciding which statements hold (核验与定夺); what was said stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.persons.actions.deriving import refresh_profiles
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Resolution
from juxian.apps.persons.registry import tell_of_changes
from juxian.apps.persons.rules import checked_apart


@dataclass
class NotStanding(Exception):
    """A statement that was to be decided about has been withdrawn meanwhile (已被撤销)."""

    facts: list[int]


@transaction.atomic
def settle_conflict(
    *,
    keep: Fact,
    overrule: Sequence[Fact],
    by: User,
    organisation: str,
    evidence: str,
    reason: str,
) -> Resolution:
    """Decide which statement holds (定夺): it counts as verified, the others are withdrawn; who, why and by what.

    organisation: who verified. Raises ``NotStanding``; ``PermissionDenied`` where the statement is the own one; ``ValueError`` for facts of another person or kind.
    """
    person, moment = keep.person, now()
    asked = [keep.pk, *(fact.pk for fact in overrule)]
    standing = {
        fact.pk: fact
        for fact in Fact.objects.standing()
        .select_related("person__home")
        .select_for_update(of=("self",))
        .filter(pk__in=asked, person=person, kind=keep.kind)
        .order_by("pk")
    }
    if any(fact.person_id != person.pk or fact.kind != keep.kind for fact in overrule) or not overrule:
        raise ValueError("facts of one person and kind, at least two")
    if len(standing) < len(asked):
        raise NotStanding([pk for pk in asked if pk not in standing])
    if standing[keep.pk].verification != Verification.VERIFIED:
        checked_apart(by, [standing[keep.pk]]).or_refuse()
    Fact.objects.filter(pk=keep.pk).update(verification=Verification.VERIFIED, verified_by=organisation)
    Fact.objects.filter(pk__in=asked[1:]).update(withdrawn_at=moment)
    made = Resolution.objects.create(
        person=person, kind=keep.kind, keeps=keep, evidence=evidence, reason=reason, by=by, at=moment
    )
    made.overruled.set(overrule)
    refresh_profiles([person])
    record(
        "persons.conflict_settled",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"kind": keep.kind, "keeps": keep.pk, "overruled": asked[1:], "evidence": evidence},
        reason=reason,
    )
    return made


@transaction.atomic
def set_verification(
    *, fact: Fact, state: str, by: User, organisation: str, evidence: str = "", reason: str
) -> None:
    """Say how far a statement has been checked (核验、提出异议); its value is not changed.

    Raises ``NotStanding``; ``PermissionDenied`` where one's own statement would count as verified.
    """
    locked = Fact.objects.standing().select_related("person__home").select_for_update(of=("self",))
    held = locked.filter(pk=fact.pk).first()
    if held is None:
        raise NotStanding([fact.pk])
    verified = state == Verification.VERIFIED
    if verified:
        checked_apart(by, [held]).or_refuse()
    held.verification, held.verified_by = state, organisation if verified else ""
    held.evidence = evidence or held.evidence
    held.save(update_fields=["verification", "verified_by", "evidence"])
    tell_of_changes([held.person])
    record(
        "persons.fact_verification",
        actor=by,
        subject=held.person,
        organisation_path=held.person.home.path,
        detail={"fact": held.pk, "kind": held.kind, "from": fact.verification, "to": state},
        reason=reason,
    )


@transaction.atomic
def verify_facts(*, facts: Sequence[Fact], by: User, organisation: str, evidence: str, reason: str) -> int:
    """Say of several statements that they have been checked, all or none; those checked meanwhile stay. Raises as above."""
    asked = Fact.objects.standing().filter(pk__in=[fact.pk for fact in facts])
    waiting = list(
        asked.filter(verification=Verification.UNVERIFIED).select_for_update(of=("self",)).order_by("pk")
    )
    for fact in waiting:
        set_verification(
            fact=fact,
            state=Verification.VERIFIED,
            by=by,
            organisation=organisation,
            evidence=evidence,
            reason=reason,
        )
    return len(waiting)
