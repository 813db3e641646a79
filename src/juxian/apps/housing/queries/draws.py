"""Draws for a user and for everybody, and what the core says of them (抽签查询)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.housing.enums import LOST_OFFERS, DrawState
from juxian.apps.housing.models import Contributor, Draw, DrawEntry, Space
from juxian.apps.housing.queries.stock import estates_visible_to
from juxian.core.allocation.draw import Frozen, plan_from
from juxian.core.allocation.seeds import Reveal
from juxian.core.allocation.transcript import Transcript, conclude, with_declines


def draws_visible_to(user: User) -> QuerySet[Draw]:
    return Draw.objects.filter(estate__in=estates_visible_to(user)).select_related("estate__home")


def public_draws(root_code: str) -> QuerySet[Draw]:
    """Draws of a place, for everybody: pools hold public ids only."""
    return Draw.objects.filter(estate__home__code=root_code).select_related("estate__home")


def attempt_before(draw: Draw) -> Draw | None:
    """The void attempt that a later one names; None for the first."""
    if draw.attempt == 1:
        return None
    earlier = Draw.objects.filter(estate=draw.estate_id, code=draw.code, attempt=draw.attempt - 1)
    return earlier.only("pk", "attempt").first()


def contributions_of(user: User) -> QuerySet[Contributor]:
    """Where the user adds chance, newest first."""
    return Contributor.objects.filter(user=user).select_related("draw__estate__home").order_by("-draw_id")


def frozen_of(draw: Draw) -> Frozen:
    return Frozen(plan_from(draw.plan), draw.pool_hash)


def transcript_of(draw: Draw) -> Transcript:
    """The public record, made afresh from what was frozen, committed and revealed; declines are added in their order."""
    rows = list(draw.contributors.all())
    found = conclude(
        frozen_of(draw),
        {row.name: row.commitment for row in rows if row.commitment},
        [Reveal(row.name, row.nonce, row.value) for row in rows if row.revealed_at],
    )
    declined = declined_ids(draw)
    return with_declines(found, declined) if declined else found


def declined_ids(draw: Draw) -> list[str]:
    """Public ids of those who lost their offer, in that order."""
    lost = draw.offers.filter(state__in=LOST_OFFERS).order_by("answered_at", "pk")
    ids = dict(draw.entries.values_list("application_id", "public_id"))
    return [ids[application] for application in lost.values_list("application_id", flat=True)]


@dataclass(frozen=True, slots=True)
class Allotment:
    """The next member of a draw without an offer, and the space that comes to him."""

    entry: DrawEntry
    space: Space


def allotments_of(draw: Draw) -> list[Allotment]:
    """Members who have no offer yet, in drawn order, with the spaces that are left, in their order."""
    if draw.state != DrawState.DRAWN or draw.closed_on:
        return []
    members = transcript_of(draw).selected
    entries = {one.public_id: one for one in draw.entries.select_related("application__person")}
    offered = set(draw.offers.values_list("application_id", flat=True))
    given = set(draw.offers.exclude(state__in=LOST_OFFERS).values_list("space_id", flat=True))
    spaces = [
        one.space for one in draw.spaces.select_related("space__unit__building") if one.space_id not in given
    ]
    waiting = [entries[name] for name in members if entries[name].application_id not in offered]
    return [Allotment(entry, space) for entry, space in zip(waiting, spaces, strict=False)]


def steps_of(draw: Draw, rows: Sequence[Contributor]) -> tuple[bool, bool, bool]:
    """Whether all have committed, all have revealed, and it was drawn."""
    committed = all(row.commitment for row in rows if row.role != "public")
    return committed, all(row.revealed_at for row in rows), draw.state == DrawState.DRAWN


def is_late(draw: Draw, day: date) -> bool:
    """Somebody has failed to commit or reveal: the attempt may be declared void."""
    return draw.state == DrawState.FROZEN and day > draw.reveal_by
