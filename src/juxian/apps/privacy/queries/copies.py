"""What a person gets to take along (可携带副本): everything that is held about them, and the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.attrition.models import AttritionWarning
from juxian.apps.audit.queries import readings_of
from juxian.apps.cards.models import CardUse
from juxian.apps.clock import now
from juxian.apps.collectives.models import Pairing
from juxian.apps.collectives.queries import pairings_of
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import file_readable_by
from juxian.apps.funds.models import PaymentLine
from juxian.apps.housing.models import Bill, Lease, RentPeriod
from juxian.apps.imports.models import Row
from juxian.apps.imports.queries import content_of
from juxian.apps.messaging.enums import MessageState
from juxian.apps.messaging.models import ChatAddress, Message
from juxian.apps.persons.models import Person
from juxian.apps.services.models import Case, CaseFile, Rating
from juxian.core.secrecy import unseal

FORMAT = "juxian-subject-export-2"
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of the copy. path: where it stands there."""

    path: str
    file: StoredFile


def subject_export(person: Person) -> dict[str, Any]:
    """Everything that the register holds about one person, for that person; days and moments in ISO 8601."""
    lines = PaymentLine.objects.filter(instalment__grant__person=person)
    leases = Lease.objects.of(person)
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "person": {"number": person.number, "name": person.name, "home": person.home.code},
        "documents": [
            {
                "kind": document.kind,
                "number": unseal(bytes(document.sealed), settings.JUXIAN_KEYS),
                "withdrawn": document.withdrawn_at is not None,
            }
            for document in person.documents.order_by("pk")
        ],
        "facts": _rows(
            person.facts.order_by("kind", "since", "pk"),
            *(
                "kind",
                "value",
                "since",
                "until",
                "source__title",
                "evidence",
                "verification",
                "recorded_at",
                "withdrawn_at",
            ),
        ),
        "rosters": [
            {"file": row.batch.file_name, "row": row.number, "state": row.state, "content": _said(row)}
            for row in person.roster_rows.select_related("batch").order_by("pk")
        ],
        "corrections": _rows(
            person.corrections.order_by("pk"),
            *(
                "kind",
                "value",
                "since",
                "until",
                "evidence",
                "reason",
                "state",
                "proposed_at",
                "decided_at",
                "answer",
            ),
        ),
        "confirmations": _rows(person.confirmations.order_by("pk"), "day", "employer"),
        "resolutions": _rows(person.resolutions.order_by("pk"), "kind", "evidence", "reason", "at"),
        "cases": [_case(case) for case in _cases(person)],
        "grants": [
            {
                **_plain(
                    {
                        "title": grant.title,
                        "state": grant.state,
                        "granted_on": grant.granted_on,
                        "ended_on": grant.ended_on,
                    }
                ),
                "whole_fen": grant.whole_fen,
                "instalments": [
                    {"due": part.due.isoformat(), "amount_fen": part.amount_fen, "state": part.state}
                    for part in grant.instalments.all()
                ],
            }
            for grant in person.grants.prefetch_related("instalments").order_by("pk")
        ],
        "payments": _rows(
            lines.order_by("pk"),
            *(
                "reference",
                "instalment__grant__title",
                "amount_fen",
                "account__masked",
                "state",
                "settled_on",
                "reason",
            ),
        ),
        "accounts": _rows(
            person.payee_accounts.order_by("pk"), "holder", "bank", "masked", "state", "proposed_at"
        ),
        "posts": _rows(
            person.seats.order_by("pk"),
            "pool",
            "unit",
            "document",
            "since",
            "due_on",
            "left_on",
            "left_reason",
        ),
        "found_entitled": _rows(
            person.found.order_by("pk"), "policy", "benefit", "amount_fen", "state", "found_on", "ended_on"
        ),
        "pools": _rows(person.memberships.order_by("pk"), "pool__title", "since", "until", "reason"),
        "flat_applications": _rows(
            person.flat_applications.order_by("pk"),
            *("estate__name", "applied_on", "asked", "wish", "state", "closed_because"),
        ),
        "leases": _rows(
            leases.order_by("pk"),
            *(
                "pk",
                "estate__name",
                "space__unit__number",
                "term",
                "first_day",
                "until",
                "state",
                "cause",
                "notice_on",
                "leave_by",
                "keys_on",
            ),
        ),
        "rents": _rows(RentPeriod.objects.filter(lease__in=leases).order_by("pk"), *RENT),
        "rent_bills": _rows(Bill.objects.filter(lease__in=leases).order_by("pk"), *BILL),
        "housing_bans": _rows(person.housing_bans.order_by("pk"), "cause", "since", "until"),
        "cards": _rows(
            person.cards.order_by("pk"),
            "number",
            "kind",
            "level",
            "since",
            "until",
            "state",
            "ended_on",
            "reason",
        ),
        "card_uses": _rows(
            CardUse.objects.filter(card__person=person).order_by("pk"), "card__number", "benefit", "day", "at"
        ),
        "officers": _rows(person.officerships.order_by("pk"), "officer__name", "since", "until"),
        "messages": _rows(
            Message.objects.filter(recipient__person=person, state=MessageState.RELEASED).order_by("pk"),
            *("subject_zh", "body_zh", "subject_en", "body_en", "released_at", "read_at"),
        ),
        "addresses": _rows(
            ChatAddress.objects.filter(user__person=person).exclude(address="").order_by("pk"),
            *("channel", "address", "bound_at"),
        ),
        "collectives": _rows(
            person.stays.order_by("pk"),
            "collective__name",
            "collective__kind",
            "role",
            "leads",
            "since",
            "until",
            "reason",
        ),
        "pairings": [_pairing(pairing, person) for pairing in pairings_of(person)],
        "attrition_warnings": [_warning(row) for row in person.attrition_warnings.order_by("pk")],
        "consents": _rows(person.consents.order_by("pk"), "purpose", "title", "given", "at"),
        "erasure_requests": _rows(
            person.erasure_requests.order_by("pk"), "words", "state", "asked_at", "decided_at", "answer"
        ),
        "readings": [
            {"at": entry.at.isoformat(), "what": entry.action, "by": entry.acting_as, "reason": entry.reason}
            for entry in readings_of(person)
        ],
    }


RENT = ("lease_id", "term", "since", "until", "monthly_fen", "parts")
BILL = ("lease_id", "kind", "payer", "since", "until", "due_on", "amount_fen", "paid_fen")


def enclosed_files(person: Person, reader: User) -> Iterator[Enclosed]:
    """The files of the person's cases and corrections that the person may read, each once, under names of their own."""
    held = CaseFile.objects.filter(case__in=_cases(person)).order_by("case_id", "pk")
    named = [(number, file) for number, file in held.values_list("case__number", "file__uuid")]
    proposed = (
        person.corrections.filter(file__isnull=False).order_by("pk").values_list("file__uuid", flat=True)
    )
    named += [("corrections", uuid) for uuid in proposed]
    seen = set()
    for folder, uuid in named:
        found = file_readable_by(reader, uuid)
        if found is not None and uuid not in seen:
            seen.add(uuid)
            yield Enclosed(f"files/{folder}/{len(seen):03}-{_harmless(found[0].name)}", found[0])


def _pairing(pairing: Pairing, person: Person) -> dict[str, Any]:
    mentors = pairing.mentor_id == person.pk
    return {
        "kind": pairing.kind,
        "as": "mentor" if mentors else "apprentice",
        "with": (pairing.apprentice if mentors else pairing.mentor).name,
        **_plain(
            {
                "since": pairing.since,
                "until": pairing.until,
                "aim": pairing.aim,
                "outcome": pairing.outcome,
                "reason": pairing.reason,
            }
        ),
    }


def _warning(row: AttritionWarning) -> dict[str, Any]:
    return {
        **_plain(
            {
                "signal": row.signal,
                "day": row.day,
                "raised_on": row.raised_on,
                "cleared_on": row.cleared_on,
                "state": row.state,
            }
        ),
        "notes": _rows(row.follow_ups.order_by("pk"), "words", "at"),
    }


def _cases(person: Person) -> QuerySet[Case]:
    return Case.objects.filter(person=person).order_by("pk")


def _case(case: Case) -> dict[str, Any]:
    rating = Rating.objects.filter(case=case)
    return {
        **_plain(
            {
                "number": case.number,
                "service": case.service,
                "state": case.state,
                "result": case.result,
                "opened_at": case.opened_at,
                "submitted_at": case.submitted_at,
                "ended_at": case.ended_at,
            }
        ),
        "answers": case.data.get("answers", {}),
        "history": _rows(case.events.order_by("pk"), "at", "action", "before", "after", "reason"),
        "letters": _rows(
            case.letters.filter(held=False).order_by("pk"),
            "at",
            "subject_zh",
            "body_zh",
            "subject_en",
            "body_en",
        ),
        "effects": _rows(case.effects.order_by("pk"), "kind", "values", "since", "until", "state"),
        "files": _rows(case.files.order_by("pk"), "material", "file__name", "file__size", "file__sha256"),
        "rating": _rows(rating, "stars", "words", "at", "reply"),
    }


def _said(row: Row) -> dict[str, Any]:
    """What a roster said, as it stood there."""
    content = content_of(row)
    return {"name": content.name, "document_number": content.document_number, "cells": content.cells}


def _rows(found: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    """Rows as plain values; ``source__title`` is told as ``source``, ``file__name`` as ``file_name``."""
    return [_plain(row) for row in found.values(*names)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix("__title").replace("__", "_"): value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in row.items()
    }


def _harmless(name: str) -> str:
    """A name that is no path on any system."""
    kept = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name)
    return kept.lstrip(".")[-LONGEST_NAME:] or "file"
