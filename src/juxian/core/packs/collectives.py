"""``collectives.yaml``: kinds of teams, of carriers and of mentoring (团队、平台载体、师带徒的类别).

K801 a level or role that the scale does not have · K802 the leading role is not among the roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from juxian.core.facts.schema import Schema
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.text import Text

LEVELS, ROLES, OUTCOMES = "collective_level", "collective_role", "pairing_outcome"  # scales
SORTS: Final = ("team", "carrier")
LONGEST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class CollectiveKind:
    """A kind of team or carrier (类别). levels, roles: codes of the scales ``collective_level`` and ``collective_role``.

    leads: the role of which there is one at a time (负责人). months: of a term, None without an end.
    """

    id: str
    sort: str
    title: Text
    levels: tuple[str, ...]
    roles: tuple[str, ...]
    leads: str
    months: int | None
    description: Text


@dataclass(frozen=True, slots=True)
class PairingKind:
    """A kind of mentoring (师带徒、导师制). most: apprentices of one mentor at a time, None without a limit."""

    id: str
    title: Text
    mentor: Text
    apprentice: Text
    months: int | None
    most: int | None
    description: Text


@dataclass(frozen=True)
class CollectiveBook:
    """keep_months: how long an ended membership or pairing is kept; None for no end (留存期)."""

    kinds: Mapping[str, CollectiveKind] = field(default_factory=dict)
    pairings: Mapping[str, PairingKind] = field(default_factory=dict)
    keep_months: int | None = None


Entry = TypeVar("Entry", CollectiveKind, PairingKind)


def read_collectives(whole: Part, schema: Schema, parent: CollectiveBook) -> CollectiveBook:
    """Those of the parent, replaced by id; ``offered: false`` leaves one out."""
    if not whole.keys((), ("collectives", "pairings", "keep_months")):
        return parent
    kinds = [(part, _kind(part, schema)) for part in whole.get("collectives").items()]
    pairs = [(part, _pairing(part)) for part in whole.get("pairings").items()]
    keep = whole.get("keep_months").integer(1, LONGEST_MONTHS * 2)
    return CollectiveBook(
        _offered(kinds, parent.kinds),
        _offered(pairs, parent.pairings),
        parent.keep_months if keep is None else keep,
    )


def _offered(read: list[tuple[Part, Entry]], above: Mapping[str, Entry]) -> dict[str, Entry]:
    own = unique(read, lambda entry: entry.id)
    gone = {entry.id for part, entry in read if not part.get("offered").boolean(default=True)}
    return {key: entry for key, entry in {**above, **own}.items() if key not in gone}


def _kind(part: Part, schema: Schema) -> CollectiveKind:
    offered = part.get("offered").boolean(default=True)
    required = ("kind", "sort", "title", "roles") if offered else ("kind",)
    part.keys(required, ("sort", "title", "levels", "roles", "leads", "months", "description", "offered"))
    roles = _words(part.get("roles"), ROLES, schema)
    leads = part.get("leads").text(roles[0] if roles else "")
    if leads and leads not in roles:
        part.get("leads").refuse(
            "K802", f"“{leads}”不在角色之中", f"“{leads}” is not among the roles", one_of(leads, roles)
        )
    return CollectiveKind(
        part.get("kind").code(),
        part.get("sort").one_of(SORTS),
        part.get("title").title(),
        _words(part.get("levels"), LEVELS, schema),
        roles,
        leads,
        part.get("months").integer(1, LONGEST_MONTHS),
        part.get("description").title(),
    )


def _pairing(part: Part) -> PairingKind:
    offered = part.get("offered").boolean(default=True)
    required = ("pairing", "title", "mentor", "apprentice") if offered else ("pairing",)
    part.keys(required, ("title", "mentor", "apprentice", "months", "most", "description", "offered"))
    return PairingKind(
        part.get("pairing").code(),
        part.get("title").title(),
        part.get("mentor").title(),
        part.get("apprentice").title(),
        part.get("months").integer(1, LONGEST_MONTHS),
        part.get("most").integer(1, 100),
        part.get("description").title(),
    )


def _words(part: Part, scale: str, schema: Schema) -> tuple[str, ...]:
    """Codes of levels of the scale, each told at its place when there is none such."""
    known = schema.scales[scale].levels if scale in schema.scales else {}
    found = []
    for item in part.items():
        word = item.text()
        if word and word not in known:
            item.refuse(
                "K801", f"代码表没有“{word}”", f"the scale {scale} has no “{word}”", one_of(word, list(known))
            )
        elif word:
            found.append(word)
    return tuple(found)
