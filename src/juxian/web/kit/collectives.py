"""Teams, carriers and pairs as pages tell them (团队、平台载体、师徒的展示)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.collectives.models import Collective, Pairing, Stay
from juxian.apps.collectives.queries import leaders_of, sizes_of
from juxian.apps.persons.models import Person
from juxian.core.packs.collectives import LEVELS, OUTCOMES, ROLES
from juxian.core.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class CollectiveRow:
    """One team or carrier on a day. state, tone: whether it stands, its term is over, or it was closed."""

    item: Collective
    kind: str
    level: str
    leader: Person | None
    size: int
    state: str | Promise
    tone: str


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay: in which team or carrier, in which role."""

    stay: Stay
    kind: str
    role: str
    standing: bool


@dataclass(frozen=True, slots=True)
class PairingRow:
    """One pair. mentor, apprentice: what the two are called."""

    item: Pairing
    kind: str
    mentor: str
    apprentice: str
    outcome: str
    state: str | Promise
    tone: str


def level_title(pack: Pack, code: str, language: str, scale: str = LEVELS) -> str:
    """Title of a level, role or outcome; the code itself where the pack no longer has it."""
    known = pack.schema.scales.get(scale)
    found = known.levels.get(code) if known else None
    return found.title.in_language(language) if found else code


def kind_title(pack: Pack, code: str, language: str) -> str:
    kind = pack.collectives.kinds.get(code)
    return kind.title.in_language(language) if kind else code


def collective_rows(found: Sequence[Collective], pack: Pack, language: str, day: date) -> list[CollectiveRow]:
    """Two queries, however many there are."""
    sizes, leaders = sizes_of(found, day), leaders_of(found, day)
    return [
        CollectiveRow(
            item,
            kind_title(pack, item.kind, language),
            level_title(pack, item.level, language),
            leaders.get(item.pk),
            sizes.get(item.pk, 0),
            *_state(item.until, item.due, day, _("在册")),
        )
        for item in found
    ]


def stay_rows(stays: Iterable[Stay], pack: Pack, language: str, day: date) -> list[StayRow]:
    """``collective`` comes with each stay."""
    return [
        StayRow(
            stay,
            kind_title(pack, stay.collective.kind, language),
            level_title(pack, stay.role, language, ROLES),
            stay.until is None or stay.until > day,
        )
        for stay in stays
    ]


def pairing_rows(pairs: Iterable[Pairing], pack: Pack, language: str, day: date) -> list[PairingRow]:
    rows = []
    for item in pairs:
        kind = pack.collectives.pairings.get(item.kind)
        state, tone = _state(item.until, item.due, day, _("带教中"))
        rows.append(
            PairingRow(
                item,
                kind.title.in_language(language) if kind else item.kind,
                kind.mentor.in_language(language) if kind else "",
                kind.apprentice.in_language(language) if kind else "",
                level_title(pack, item.outcome, language, OUTCOMES),
                state,
                tone,
            )
        )
    return rows


def _state(
    until: date | None, due: date | None, day: date, standing: str | Promise
) -> tuple[str | Promise, str]:
    if until is not None and until <= day:
        return _("已结束"), "mute"
    if due is not None and due < day:
        return _("已期满"), "warn"
    return standing, "ok"
