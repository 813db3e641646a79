"""The register for other systems (人才库接口): statements in, changes out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from juxian.apps.audit.actions import record, record_each
from juxian.apps.clock import now, today
from juxian.apps.exchange.actions import Item, push
from juxian.apps.exchange.queries import Change, Place, changes_since
from juxian.apps.persons.models import Person
from juxian.apps.tokens.actions import count_persons
from juxian.apps.tokens.enums import Scope
from juxian.core.facts.wording import is_masked
from juxian.core.packs.schema import Pack
from juxian.web.api.base import Caller, Refusal, caller, needs, spend

router = Router(tags=["register"])
MOST_ITEMS, MOST_CHANGES = 200, 500
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:/-]+$")]


class SubjectIn(Schema):
    """``number`` of a record here; otherwise ``name`` and ``document_number``, by which the person is found or made."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field("", max_length=16, pattern=r"^[A-Za-z0-9]*$")
    name: str = Field("", max_length=60)
    document_kind: str = Field("", max_length=24)
    document_number: str = Field("", max_length=64)


class ItemIn(Schema):
    """``id`` is the sender's own, one for each statement; the same one again gives the same outcome."""

    model_config = ConfigDict(extra="forbid")

    id: Key
    person: SubjectIn
    kind: str = Field(..., min_length=1, max_length=48)
    value: dict[str, Any] = Field(..., max_length=60)
    since: Day
    until: Day | None = None
    evidence: str = Field("", max_length=200)


class PushIn(Schema):
    model_config = ConfigDict(extra="forbid")

    items: list[ItemIn] = Field(..., min_length=1, max_length=MOST_ITEMS)


@router.post(
    "/register/facts", auth=needs(Scope.REGISTER_WRITE), url_name="register-facts", response=dict[str, Any]
)
def push_facts(request: HttpRequest, wanted: PushIn) -> dict[str, Any]:
    """Up to 200 statements; each item's end is told: accepted, unchanged, conflicting, or refused with a reason."""
    by = caller(request)
    spend(count_persons, by.token, len(wanted.items))
    told = push(
        home=by.organisation,
        sender=by.token.name,
        items=[_item(one) for one in wanted.items],
        day=today(),
        acting_as=f"API · {by.token.name}",
    )
    return {
        "items": [
            {
                "id": line.key,
                "outcome": line.outcome,
                "person": line.person or None,
                "made": line.made,
                "code": line.code or None,
                "reason": line.reason or None,
            }
            for line in told
        ]
    }


@router.get(
    "/register/changes", auth=needs(Scope.REGISTER_READ), url_name="register-changes", response=dict[str, Any]
)
def pull_changes(request: HttpRequest, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Statements recorded and withdrawn since ``cursor``, which the last answer gave; the first time without one."""
    by = caller(request)
    if not 1 <= limit <= MOST_CHANGES:
        words = _("limit 应在 1 至 %(most)s 之间。") % {"most": MOST_CHANGES}
        raise Refusal(422, words, [{"at": "limit", "code": "limit", "message": words}])
    found, behind, more = changes_since(by.organisation, _place(cursor), now(), limit)
    spend(count_persons, by.token, len({change.fact.person_id for change in found}))
    plain = Scope.REGISTER_SENSITIVE in by.token.scopes
    record(
        "exchange.pulled",
        subject=by.organisation,
        organisation_path=by.organisation.path,
        acting_as=f"API · {by.token.name}",
        detail={"changes": len(found), "sensitive": plain},
    )
    _note_read(by, found)
    return {
        "changes": [_told(change, by.pack, plain=plain) for change in found],
        "cursor": _cursor(behind),
        "more": more,
    }


def _note_read(by: Caller, found: Sequence[Change]) -> None:
    """For each person whose statements were read, of which kinds."""
    kinds: dict[int, set[str]] = {}
    for change in found:
        kinds.setdefault(change.fact.person_id, set()).add(change.fact.kind)
    record_each(
        "exchange.read",
        [(Person(pk=pk), {"kinds": sorted(named)}) for pk, named in sorted(kinds.items())],
        organisation_path=by.organisation.path,
        acting_as=f"API · {by.token.name}",
    )


def _item(one: ItemIn) -> Item:
    person = one.person
    return Item(
        key=one.id,
        kind=one.kind,
        value=one.value,
        since=one.since,
        until=one.until,
        evidence=one.evidence,
        number=person.number.upper(),
        name=person.name,
        document_kind=person.document_kind,
        document_number=person.document_number,
    )


def _told(change: Change, pack: Pack, *, plain: bool) -> dict[str, Any]:
    """A statement; sensitive and masked values are left out for a token that may not read them."""
    fact, kind = change.fact, pack.schema.kinds.get(change.fact.kind)
    fields = kind.fields if kind else {}
    hidden = {name for name, field in fields.items() if field.sensitive or is_masked(field)}
    return {
        "fact": fact.pk,
        "change": "withdrawn" if change.withdrawn else "recorded",
        "at": fact.withdrawn_at if change.withdrawn else fact.recorded_at,
        "person": fact.person.number,
        "kind": fact.kind,
        "value": {name: part for name, part in fact.value.items() if plain or name not in hidden},
        "left_out": [] if plain else sorted(hidden & fact.value.keys()),
        "since": fact.since,
        "until": fact.until,
        "verification": fact.verification,
        "source": fact.source.title,
    }


def _cursor(place: Place) -> str:
    gone = place.withdrawn_at.isoformat() if place.withdrawn_at else ""
    return base64.urlsafe_b64encode(f"{place.recorded}|{gone}|{place.withdrawn}".encode()).decode()


def _place(cursor: str) -> Place:
    """Raises ``Refusal`` for a text that no answer gave."""
    if not cursor:
        return Place()
    try:
        recorded, gone, withdrawn = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        at = datetime.fromisoformat(gone) if gone else None
        place = Place(int(recorded), at, int(withdrawn))
    except (ValueError, binascii.Error) as wrong:
        raise Refusal(422, _("cursor 不是本接口给出的。"), [_bad_cursor()]) from wrong
    if not 0 <= place.recorded < 2**63 or not 0 <= place.withdrawn < 2**63 or (at and at.tzinfo is None):
        raise Refusal(422, _("cursor 不是本接口给出的。"), [_bad_cursor()])
    return place


def _bad_cursor() -> dict[str, str]:
    return {"at": "cursor", "code": "cursor", "message": _("请从头开始，或用上一次回答中的 cursor。")}
