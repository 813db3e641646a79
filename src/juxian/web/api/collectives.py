"""Teams, carriers and mentoring for other systems (团队与平台接口), as of any day; people are told by their numbers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.collectives.models import Collective, Pairing, Stay
from juxian.apps.tokens.actions import count_persons
from juxian.apps.tokens.enums import Scope
from juxian.core.packs.collectives import OUTCOMES, ROLES
from juxian.web.api.base import Caller, caller, needs, spend
from juxian.web.api.register import FIRST_DAY, LAST_DAY
from juxian.web.kit.collectives import kind_title, level_title
from juxian.web.kit.formats import language

router = Router(tags=["collectives"])
MOST = 200
LARGEST = 2**63 - 1
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class CollectivesAsked(Schema):
    """as_of: today where it is left out. after: ``id`` of the last that was read; ids grow."""

    as_of: Day | None = None
    after: int = Field(0, ge=0, le=LARGEST)
    size: int = Field(50, ge=1, le=MOST)
    sort: Literal["", "team", "carrier"] = ""
    kind: str = Field("", max_length=64)


class PairingsAsked(Schema):
    """As for teams."""

    as_of: Day | None = None
    after: int = Field(0, ge=0, le=LARGEST)
    size: int = Field(50, ge=1, le=MOST)
    kind: str = Field("", max_length=64)


@router.get(
    "/collectives", auth=needs(Scope.COLLECTIVES_READ), url_name="collectives", response=dict[str, Any]
)
def collectives(request: HttpRequest, asked: Query[CollectivesAsked]) -> dict[str, Any]:
    """Teams and carriers that stand on the day, with the numbers and roles of their members."""
    by, day = caller(request), asked.as_of or today()
    found = Collective.objects.on(day).filter(home=by.organisation, pk__gt=asked.after)
    for name in ("sort", "kind"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    rows = list(found.select_related("host").order_by("pk")[: asked.size + 1])
    more, rows = len(rows) > asked.size, rows[: asked.size]
    members: dict[int, list[Stay]] = defaultdict(list)
    for stay in Stay.objects.on(day).filter(collective__in=rows).select_related("person"):
        members[stay.collective_id].append(stay)
    people = {stay.person_id for stays in members.values() for stay in stays}
    _note(by, "collectives", len(rows), len(people))
    lang = language()
    return {
        "as_of": day,
        "collectives": [_collective(one, members[one.pk], by, lang) for one in rows],
        "after": rows[-1].pk if rows else asked.after,
        "more": more,
    }


@router.get("/pairings", auth=needs(Scope.COLLECTIVES_READ), url_name="pairings", response=dict[str, Any])
def pairings(request: HttpRequest, asked: Query[PairingsAsked]) -> dict[str, Any]:
    """Mentors and apprentices that are paired on the day, by their numbers."""
    by, day = caller(request), asked.as_of or today()
    found = Pairing.objects.filter(Q(until=None) | Q(until__gt=day), home=by.organisation, since__lte=day)
    found = found.filter(pk__gt=asked.after)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    rows = list(found.select_related("mentor", "apprentice").order_by("pk")[: asked.size + 1])
    more, rows = len(rows) > asked.size, rows[: asked.size]
    people = {key for one in rows for key in (one.mentor_id, one.apprentice_id)}
    _note(by, "pairings", len(rows), len(people))
    return {
        "as_of": day,
        "pairings": [_pairing(one, by, language()) for one in rows],
        "after": rows[-1].pk if rows else asked.after,
        "more": more,
    }


def _note(by: Caller, what: str, rows: int, people: int) -> None:
    """The reading counts against the token's day and is written down."""
    spend(count_persons, by.token, people)
    record(
        "collectives.pulled",
        subject=by.organisation,
        organisation_path=by.organisation.path,
        acting_as=f"API · {by.token.name}",
        detail={"what": what, "rows": rows, "persons": people},
    )


def _collective(one: Collective, members: list[Stay], by: Caller, lang: str) -> dict[str, Any]:
    return {
        "id": one.pk,
        "sort": one.sort,
        "kind": one.kind,
        "kind_title": kind_title(by.pack, one.kind, lang),
        "level": one.level or None,
        "level_title": level_title(by.pack, one.level, lang) or None,
        "name": one.name,
        "host": one.host.code,
        "carrier": one.carrier_id,
        "field": one.field or None,
        "since": one.since,
        "due": one.due,
        "until": one.until,
        "members": [
            {
                "person": stay.person.number,
                "role": stay.role,
                "role_title": level_title(by.pack, stay.role, lang, ROLES),
                "leads": stay.leads,
                "since": stay.since,
                "until": stay.until,
            }
            for stay in members
        ],
    }


def _pairing(one: Pairing, by: Caller, lang: str) -> dict[str, Any]:
    kind = by.pack.collectives.pairings.get(one.kind)
    return {
        "id": one.pk,
        "kind": one.kind,
        "kind_title": kind.title.in_language(lang) if kind else one.kind,
        "mentor": one.mentor.number,
        "apprentice": one.apprentice.number,
        "since": one.since,
        "due": one.due,
        "until": one.until,
        "outcome": one.outcome or None,
        "outcome_title": level_title(by.pack, one.outcome, lang, OUTCOMES) or None,
    }
