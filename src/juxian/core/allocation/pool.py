"""Who takes part in a draw (抽取池): public ids, points, groups, and who is barred and why.

A pool is kept in columns, sorted by id, so that a million entries stay quick to hash and to read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import lt
from typing import Any

ID_LENGTH = 64
_ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
_ID_BYTES = "".join(_ID_CHARACTERS).encode()
_CODE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True)
class Entrant:
    """One entry (参加者): ``id`` is what is published (see ``veiled``), never a name or a document number.

    points: more come first; equal points are decided by the ticket. barred: a reason code (``recused``, ``load``…); empty:
    may be drawn. groups: attribute → value, e.g. ``{"employer": "第一人民医院"}``.
    """

    id: str
    points: int = 0
    barred: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pool:
    """All entries in columns; position k of ``points`` and of each group belongs to ``entries[k]``.

    entries: sorted ids. points: empty when all are 0. barred: id → reason code.
    """

    entries: tuple[str, ...]
    points: tuple[int, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    barred: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "points": self.points,
            "groups": dict(self.groups),
            "barred": dict(self.barred),
        }


def pool_of(entrants: Iterable[Entrant]) -> Pool:
    """Columns of entries in any order; an attribute that an entry lacks is an empty value."""
    rows = sorted(entrants, key=lambda entrant: entrant.id)
    attributes = sorted({attribute for row in rows for attribute in row.groups})
    return Pool(
        entries=tuple(row.id for row in rows),
        points=tuple(row.points for row in rows) if any(row.points for row in rows) else (),
        groups={name: tuple(row.groups.get(name, "") for row in rows) for name in attributes},
        barred={row.id: row.barred for row in rows if row.barred},
    )


def veiled(identity: str, salt: bytes) -> str:
    """The public id of a person (公开编号): 32 hexadecimal digits; who holds the salt can find himself.

    salt: at least 16 random bytes of this person and this draw; an auditor gets all of them.
    """
    if len(salt) < 16:
        raise ValueError("a salt has at least 16 bytes")
    return hashlib.sha256(salt + identity.encode("utf-8")).hexdigest()[:32]


def wrong_id(entries: Sequence[str]) -> str | None:
    """The first id that is empty, too long or of other characters, else None."""
    lengths = set(map(len, entries))
    if min(lengths, default=1) > 0 and max(lengths, default=1) <= ID_LENGTH and _is_clean("".join(entries)):
        return None
    return next(entry for entry in entries if not 0 < len(entry) <= ID_LENGTH or set(entry) - _ID_CHARACTERS)


def _is_clean(text: str) -> bool:
    return text.isascii() and not text.encode("ascii").translate(None, _ID_BYTES)


def is_code(word: str) -> bool:
    """A reason code or the name of an attribute: small letters, digits, ``_``."""
    return 0 < len(word) <= ID_LENGTH and set(word) <= _CODE_CHARACTERS


def out_of_order(entries: Sequence[str]) -> str | None:
    """The first id that is not greater than the one before it (twice, or unsorted), else None."""
    if all(map(lt, entries, islice(entries, 1, None))):
        return None
    return next(
        after for before, after in zip(entries, islice(entries, 1, None), strict=False) if not before < after
    )


def first_difference(frozen: Pool, now: Pool) -> str | None:
    """What was changed since the freeze: an id, or ``points``/``groups`` of an id; None when nothing was."""
    if frozen == now:
        return None
    then, today = _rows(frozen), _rows(now)
    return next(
        (name for name in sorted(then.keys() | today.keys()) if then.get(name) != today.get(name)), None
    )


def _rows(pool: Pool) -> dict[str, tuple[object, ...]]:
    points = pool.points or (0,) * len(pool.entries)
    return {
        entry: (
            points[k],
            pool.barred.get(entry, ""),
            *((name, pool.groups[name][k]) for name in sorted(pool.groups)),
        )
        for k, entry in enumerate(pool.entries)
    }
