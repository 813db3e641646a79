"""Drawing flats: freeze, commit, reveal, draw or void, and the attempt after a void one (抽签).

A draw that has a result is never repeated: the database keeps one attempt of a code that is not void.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.gate import writing
from juxian.apps.housing.enums import ContributorRole, DrawState
from juxian.apps.housing.models import Application, Contributor, Draw, DrawEntry, DrawSpace, Estate, Space
from juxian.apps.housing.queries.draws import transcript_of
from juxian.apps.housing.queries.stock import free_spaces, scheme_of
from juxian.apps.housing.queries.waiting import queue_of
from juxian.apps.housing.rules import NotPossible, may_witness, worded
from juxian.core.allocation import draw as core
from juxian.core.allocation.pool import Entrant, pool_of, veiled
from juxian.core.allocation.seeds import Reveal, commitment, is_sha256
from juxian.core.allocation.transcript import NoSecondDraw, next_attempt

SALT_BYTES = 16
ROLES: Mapping[ContributorRole, core.Role] = {
    ContributorRole.ORGANISER: "organiser",
    ContributorRole.WITNESS: "witness",
    ContributorRole.PUBLIC: "public",
}


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody who will add chance; ``user`` is None for a public value, which ``name`` describes."""

    name: str
    role: ContributorRole
    user: User | None = None

    def as_core(self) -> core.Contributor:
        return core.Contributor(self.name, ROLES[self.role])


def freeze_draw(
    *,
    estate: Estate,
    code: str,
    title: str,
    spaces: Sequence[Space],
    givers: Sequence[Giver],
    day: date,
    reveal_by: date,
    by: User,
) -> Draw:
    """Fix pool, flats and contributors by one hash.

    Raises ``Rejected`` with every reason why it cannot be (nothing is frozen then), ``NotPossible`` on flats that are not
    free, a draw that is under way, a witness who handles apartments.
    """
    with writing():
        locked = Estate.objects.select_for_update().get(pk=estate.pk)
        _require_new(locked, code, spaces, reveal_by, day)
        _require_witnesses(locked, givers)
        standings = queue_of(locked, day).standings
        salts = {one.id: secrets.token_bytes(SALT_BYTES) for one in standings}
        numbers = dict(Application.objects.filter(pk__in=list(salts)).values_list("pk", "person__number"))
        entrants = {
            one.id: Entrant(veiled(numbers[int(one.id)], salts[one.id]), one.points) for one in standings
        }
        rule = core.Rule(scheme_of(locked).points_version, len(spaces))
        plan = core.Plan(
            f"{locked.code}/{code}", rule, pool_of(entrants.values()), tuple(one.as_core() for one in givers)
        )
        frozen = core.freeze(plan)
        made = _store(locked, code, title, frozen, givers, day, reveal_by, by)
        DrawEntry.objects.bulk_create(
            DrawEntry(
                draw=made,
                application_id=int(key),
                public_id=entrant.id,
                salt=salts[key].hex(),
                points=entrant.points,
            )
            for key, entrant in entrants.items()
        )
        DrawSpace.objects.bulk_create(
            DrawSpace(draw=made, space=space, position=place) for place, space in enumerate(spaces, 1)
        )
    return made


def commit(*, contributor: Contributor, sealed: str) -> None:
    """Publish a commitment (承诺): ``sealed``, 64 hexadecimal digits, made with ``core.allocation.seeds.commitment``.

    The same one again changes nothing. Raises ``NotPossible`` (another stands already, draw over), ``ValueError`` when malformed.
    """
    if not is_sha256(sealed):
        raise ValueError("a commitment is 64 hexadecimal digits")
    with writing():
        draw = _under_way(contributor.draw_id)
        row = draw.contributors.exclude(role=ContributorRole.PUBLIC).get(pk=contributor.pk)
        if row.commitment == sealed:
            return
        if row.commitment:
            raise NotPossible(_("已经承诺过，不能更改。"))
        row.commitment, row.committed_at = sealed, now()
        row.save(update_fields=["commitment", "committed_at"])
        detail = {"name": row.name, "commitment": sealed}
        _record("housing.draw_committed", draw, contributor.user, detail)


def reveal(*, contributor: Contributor, nonce: str, value: str, by: User) -> Draw:
    """Show what was committed to (揭示); the last one to do so makes the draw happen.

    Raises ``NotPossible`` (somebody has still to commit, does not fit, too late, shown already), ``ValueError`` when malformed.
    """
    shown = Reveal(contributor.name, nonce, value)
    with writing():
        draw = _under_way(contributor.draw_id)
        rows = {row.pk: row for row in draw.contributors.all()}
        row = rows[contributor.pk]
        if row.revealed_at:
            raise NotPossible(_("已经揭示过。"))
        if any(one.role != ContributorRole.PUBLIC and not one.commitment for one in rows.values()):
            raise NotPossible(_("还有人没有承诺；全部承诺之后才能揭示。"))
        if row.role != ContributorRole.PUBLIC and commitment(draw.pool_hash, shown) != row.commitment:
            raise NotPossible(_("与承诺不符，请按承诺时保管的凭条填写。"))
        row.nonce, row.value, row.revealed_at = nonce, value, now()
        row.save(update_fields=["nonce", "value", "revealed_at"])
        _record("housing.draw_revealed", draw, by, {"name": row.name})
        if all(one.revealed_at for one in rows.values()):
            _conclude(draw, by)
    return draw


def declare_void(*, draw: Draw, day: date, by: User) -> Draw:
    """Close an attempt that somebody has failed (作废), after its last day; the names are published.

    Raises ``NotPossible`` before that, or when it has a result.
    """
    with writing():
        locked = _under_way(draw.pk)
        if day <= locked.reveal_by:
            raise NotPossible(_("%(day)s 之后仍有人未揭示，才能作废。") % {"day": locked.reveal_by})
        _conclude(locked, by)
    return locked


def draw_again(*, void: Draw, givers: Sequence[Giver], day: date, reveal_by: date, by: User) -> Draw:
    """Freeze the same pool and flats again after a void attempt.

    Raises ``NotPossible`` (a result stands, the same witness, no public value after a failure of the organiser), ``Rejected``.
    """
    with writing():
        locked = Draw.objects.select_for_update().select_related("estate__home").get(pk=void.pk)
        if locked.state != DrawState.VOID or _has_successor(locked):
            raise NotPossible(_("只有作废且未重新抽取的才能再抽。"))
        _require_days(day, reveal_by)
        _require_witnesses(locked.estate, givers)
        try:
            frozen = next_attempt(transcript_of(locked), [one.as_core() for one in givers])
        except NoSecondDraw as refused:
            raise NotPossible(worded(refused.message)) from None
        made = _store(locked.estate, locked.code, locked.title, frozen, givers, day, reveal_by, by)
        DrawEntry.objects.bulk_create(
            DrawEntry(
                draw=made,
                application_id=one.application_id,
                public_id=one.public_id,
                salt=one.salt,
                points=one.points,
            )
            for one in locked.entries.all()
        )
        DrawSpace.objects.bulk_create(
            DrawSpace(draw=made, space_id=one.space_id, position=one.position) for one in locked.spaces.all()
        )
    return made


def _conclude(draw: Draw, by: User) -> None:
    """Draw or void, from what was committed and revealed."""
    found = transcript_of(draw)
    draw.transcript, draw.sha256 = found.data.decode(), found.sha256
    draw.result_sha256, draw.drawn_at = found.sha256, now()
    draw.state = DrawState.VOID if found.is_void else DrawState.DRAWN
    draw.closed_on = draw.reveal_by if found.is_void else None
    draw.save()
    places = {found.frozen.plan.pool.entries[at]: place for place, at in enumerate(found.order, 1)}
    entries = list(draw.entries.all())
    for entry in entries:
        entry.place = places.get(entry.public_id)
    DrawEntry.objects.bulk_update(entries, ["place"], batch_size=500)
    failed = {one.name: one.reason for one in found.failures}
    _record(
        f"housing.draw_{'void' if found.is_void else 'held'}",
        draw,
        by,
        {"sha256": draw.sha256, "failed": failed},
    )


def _store(
    estate: Estate,
    code: str,
    title: str,
    frozen: core.Frozen,
    givers: Sequence[Giver],
    day: date,
    reveal_by: date,
    by: User,
) -> Draw:
    made = Draw.objects.create(
        estate=estate,
        code=code,
        title=title,
        attempt=frozen.plan.attempt,
        frozen_on=day,
        reveal_by=reveal_by,
        plan=frozen.plan.as_dict(),
        pool_hash=frozen.sha256,
        by=by,
    )
    Contributor.objects.bulk_create(
        Contributor(draw=made, position=place, name=one.name, role=one.role, user=one.user)
        for place, one in enumerate(givers, 1)
    )
    detail = {
        "pool_hash": frozen.sha256,
        "entries": len(frozen.plan.pool.entries),
        "spaces": frozen.plan.rule.size,
    }
    _record("housing.draw_frozen", made, by, detail)
    return made


def _under_way(pk: int) -> Draw:
    """The draw, locked; raises ``NotPossible`` when it is over."""
    found = Draw.objects.select_for_update().select_related("estate__home").get(pk=pk)
    if found.state != DrawState.FROZEN:
        raise NotPossible(_("这次抽签已经结束。"))
    return found


def _require_new(estate: Estate, code: str, spaces: Sequence[Space], reveal_by: date, day: date) -> None:
    _require_days(day, reveal_by)
    if estate.draws.filter(state=DrawState.FROZEN).exists():
        raise NotPossible(_("这个项目有一次抽签正在进行。"))
    if estate.draws.filter(code=code).exists():
        raise NotPossible(_("这个编号已经用过；有结果的抽签不得重抽。"))
    free = set(free_spaces(estate).values_list("pk", flat=True))
    taken = [str(space) for space in spaces if space.pk not in free]
    if taken or not spaces:
        raise NotPossible(
            _("不能用于抽签的房源：%(spaces)s") % {"spaces": _("、").join(taken)}
            if taken
            else _("没有选择房源。")
        )


def _require_days(day: date, reveal_by: date) -> None:
    if reveal_by < day:
        raise NotPossible(_("揭示期限不能早于今天。"))


def _require_witnesses(estate: Estate, givers: Sequence[Giver]) -> None:
    for one in givers:
        if one.role == ContributorRole.WITNESS and one.user is not None:
            refusal = may_witness(one.user, estate.home)
            if not refusal:
                raise NotPossible(str(refusal.reason))


def _has_successor(draw: Draw) -> bool:
    return Draw.objects.filter(estate=draw.estate, code=draw.code, attempt__gt=draw.attempt).exists()


def _record(action: str, draw: Draw, by: User | None, detail: Mapping[str, object]) -> None:
    record(
        action,
        actor=by,
        subject=draw,
        organisation_path=draw.estate.home.path,
        detail={"draw": f"{draw.code}/{draw.attempt}", **detail},
    )
