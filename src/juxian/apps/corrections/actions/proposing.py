"""Proposing a correction, deciding about it, confirming the record (提出、核对更正，年度确认)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Confirmation, Correction
from juxian.apps.files.models import StoredFile
from juxian.apps.messaging.actions.queueing import queue_message
from juxian.apps.messaging.registry import template
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, note_confirmation, record_facts, withdraw_fact
from juxian.apps.persons.enums import SourceKind, Verification
from juxian.apps.persons.models import Fact, Person, Source
from juxian.core.packs import pack_called
from juxian.core.text import Text

DECIDED = template(
    "corrections.decided",
    Text("您提出的更正：{state}", "Your correction: {state}"),
    Text(
        "{name}的“{kind}”：{state}。人才办答复：{answer}",
        "{kind} of {name}: {state}. The talent office answers: {answer}",
    ),
)
WORDS = {
    State.ACCEPTED: Text("已采纳", "accepted"),
    State.REFUSED: Text("未采纳", "not accepted"),
}


@dataclass
class NotPossible(Exception):
    """The proposal cannot be made or decided (不能提出或办理)."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to stand in the register. An empty value says that ``about`` is not true."""

    kind: str
    value: dict[str, Any]
    since: date | None = None
    until: date | None = None
    evidence: str = ""
    about: Fact | None = None


@transaction.atomic
def propose_correction(
    *,
    person: Person,
    proposal: Proposal,
    by: User,
    employer: Organisation | None = None,
    file: StoredFile | None = None,
    reason: str,
) -> Correction:
    """Put a correction before the talent office; nothing in the register changes. Raises ``NotPossible``."""
    about = proposal.about
    if about is not None and (
        about.person_id != person.pk or about.withdrawn_at or about.kind != proposal.kind
    ):
        raise NotPossible(_("这条记录已经变动，请刷新后再试。"))
    if about is None and not proposal.value:
        raise NotPossible(_("请至少填写一项内容。"))
    try:
        with transaction.atomic():
            made = Correction.objects.create(
                person=person,
                home=person.home,
                kind=proposal.kind,
                about=about,
                value=proposal.value,
                since=proposal.since,
                until=proposal.until,
                evidence=proposal.evidence,
                file=file,
                reason=reason,
                by=by,
                employer=employer,
                proposed_at=now(),
            )
    except IntegrityError as refused:
        raise NotPossible(_("这条记录已有一项更正在办理。")) from refused
    record(
        "corrections.proposed",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"correction": made.pk, "kind": made.kind, "about": about.pk if about else None},
        reason=reason,
    )
    return made


@transaction.atomic
def accept_correction(*, correction: Correction, by: User, organisation: str, answer: str) -> Correction:
    """Write it into the register: the new fact counts as verified, the old one is withdrawn. Raises ``NotPossible``."""
    held = _held(correction)
    if held.about is not None:
        if held.about.withdrawn_at:
            raise NotPossible(_("原记录已被撤销，请不采纳并说明。"))
        withdraw_fact(fact=held.about, by=by, reason=answer)
    if held.value:
        source = Source.objects.create(
            kind=SourceKind.FORM,
            title=_("单位更正") if held.employer_id else _("本人更正"),
            organisation=held.employer,
            day=today(),
            reference=f"correction {held.pk}",
        )
        draft = FactDraft(
            kind=held.kind,
            value=held.value,
            since=held.since or today(),
            until=held.until,
            evidence=held.evidence or (held.file.name if held.file else ""),
            verification=Verification.VERIFIED,
            verified_by=organisation,
        )
        (held.made,) = record_facts(
            person=held.person, facts=[draft], source=source, by=by, reason=answer, stated_by=held.by
        )
    return _decided(held, State.ACCEPTED, by, answer)


@transaction.atomic
def refuse_correction(*, correction: Correction, by: User, answer: str) -> Correction:
    """Leave the register as it is, and say why. Raises ``NotPossible``."""
    return _decided(_held(correction), State.REFUSED, by, answer)


@transaction.atomic
def take_back_correction(*, correction: Correction, by: User) -> Correction:
    """Who proposed it no longer wants it. Raises ``NotPossible``."""
    held = _held(correction)
    held.state, held.decided_at, held.decided_by = State.TAKEN_BACK, now(), by
    held.save(update_fields=["state", "decided_at", "decided_by"])
    record(
        "corrections.taken_back",
        actor=by,
        subject=held.person,
        organisation_path=held.home.path,
        detail={"correction": held.pk},
    )
    return held


@transaction.atomic
def confirm_record(
    *, person: Person, by: User, employer: Organisation | None = None, day: date | None = None
) -> Confirmation:
    """Say that what stands is right (确认无误); once a day."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    made, new = Confirmation.objects.get_or_create(
        person=person, by=by, day=day or today(), defaults={"employer": employer}
    )
    if new:
        note_confirmation(person=person, day=made.day)
        record(
            "corrections.confirmed",
            actor=by,
            subject=person,
            organisation_path=person.home.path,
            detail={"day": made.day.isoformat(), "employer": employer.code if employer else ""},
        )
    return made


def _held(correction: Correction) -> Correction:
    """The proposal, locked, while it is open."""
    held = Correction.objects.select_for_update(of=("self",)).select_related(
        "person__home", "home", "about__person__home", "file", "employer", "by"
    )
    found = held.get(pk=correction.pk)
    if found.state != State.OPEN:
        raise NotPossible(_("这项更正已经办理。"))
    return found


def _decided(held: Correction, state: State, by: User, answer: str) -> Correction:
    held.state, held.decided_at, held.decided_by, held.answer = state, now(), by, answer
    held.save(update_fields=["state", "decided_at", "decided_by", "answer", "made"])
    record(
        "corrections.decided",
        actor=by,
        subject=held.person,
        organisation_path=held.home.path,
        detail={"correction": held.pk, "kind": held.kind, "state": state},
        reason=answer,
    )
    kind = pack_called(held.home.pack).schema.kinds.get(held.kind)
    queue_message(
        held.by,
        DECIDED.name,
        {
            "name": held.person.name,
            "kind": kind.title if kind else held.kind,
            "state": WORDS[state],
            "answer": answer,
        },
        f"corrections.decided:{held.pk}",
        place=held.home,
    )
    return held
