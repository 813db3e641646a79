"""The public record of one attempt (抽取记录): drawn, or void with the names of those who failed.

A drawn attempt is never repeated; only a void one is followed by another, which names it by its hash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from juxian.core.allocation.canonical import canonical_bytes
from juxian.core.allocation.draw import PROTOCOL, Contributor, Frozen, Plan, freeze
from juxian.core.allocation.seeds import Reveal, commitment, is_sha256, order_of, seed_of
from juxian.core.allocation.walk import Walk, reserves, walk
from juxian.core.text import Text

NOT_COMMITTED, NOT_REVEALED, NO_FIT = "not_committed", "not_revealed", "no_fit"


@dataclass(frozen=True, slots=True)
class Failure:
    """A contributor who makes an attempt void. reason: ``not_committed``, ``not_revealed`` or ``no_fit`` (与承诺不符)."""

    name: str
    reason: str


@dataclass(frozen=True)
class Transcript:
    """What is published. ``walk`` is None and ``order`` empty for a void attempt; order: positions in the pool."""

    frozen: Frozen
    commitments: Mapping[str, str]
    reveals: tuple[Reveal, ...]
    failures: tuple[Failure, ...]
    seed: bytes = b""
    order: tuple[int, ...] = ()
    walk: Walk | None = None

    @property
    def is_void(self) -> bool:
        return bool(self.failures)

    @property
    def selected(self) -> tuple[str, ...]:
        return self.walk.selected if self.walk else ()

    def reserves(self) -> list[str]:
        """Who comes next, in the same order (候补)."""
        return reserves(self.frozen.plan, self.order, self.selected)

    @cached_property
    def data(self) -> bytes:
        """The file: canonical JSON ``{"body": …, "sha256": …}`` and a line break."""
        return b"".join((b'{"body":', self._body, b',"sha256":"', self.sha256.encode(), b'"}\n'))

    @cached_property
    def sha256(self) -> str:
        """The hash of the body: what is printed in the minutes and named by a later attempt."""
        return hashlib.sha256(self._body).hexdigest()

    @cached_property
    def _body(self) -> bytes:
        return canonical_bytes(self.as_dict() | {"frozen": self.frozen.plan.spelled})

    def as_dict(self) -> dict[str, Any]:
        """The body, as the reference page describes it."""
        rounds = self.walk.rounds if self.walk else ()
        return {
            "protocol": PROTOCOL,
            "frozen": self.frozen.plan.as_dict(),
            "pool_hash": self.frozen.sha256,
            "commitments": [
                {"name": one.name, "commitment": self.commitments[one.name]}
                for one in self.frozen.committing
                if one.name in self.commitments
            ],
            "reveals": [{"name": one.name, "nonce": one.nonce, "value": one.value} for one in self.reveals],
            "state": "void" if self.is_void else "drawn",
            "failures": [{"name": one.name, "reason": one.reason} for one in self.failures],
            "seed": self.seed.hex(),
            "order": self.walk.names if self.walk else (),
            "rounds": [
                {
                    "declined": one.declined,
                    "taken": list(one.taken),
                    "skips": one.skips,
                }
                for one in rounds
            ],
            "selected": list(self.selected),
        }


@dataclass
class NoSecondDraw(Exception):
    """A draw is not repeated (不得重抽): the attempt was not void, or the same person would fail it again."""

    message: Text

    def __str__(self) -> str:
        return str(self.message)


def awaited(frozen: Frozen, commitments: Mapping[str, str]) -> list[Contributor]:
    """Who has still to commit; nobody may reveal before the list is empty."""
    return [one for one in frozen.committing if one.name not in commitments]


def conclude(frozen: Frozen, commitments: Mapping[str, str], reveals: Sequence[Reveal]) -> Transcript:
    """Draw, or declare the attempt void when one contribution is missing or does not fit its commitment.

    commitments: name → 64 hexadecimal digits, as published before the first reveal. reveals in any order.
    Raises ``ValueError`` on a name that is no contributor, one that reveals twice, a malformed commitment.
    """
    names = {one.name for one in frozen.plan.contributors}
    shown = {reveal.name: reveal for reveal in reveals}
    if len(shown) < len(reveals) or not {*shown, *commitments} <= names:
        raise ValueError("each contributor of the plan commits and reveals once, and nobody else")
    if not all(map(is_sha256, commitments.values())):
        raise ValueError("a commitment is 64 hexadecimal digits")
    failures = tuple(
        Failure(one.name, reason)
        for one in frozen.plan.contributors
        if (reason := _failure(one, frozen, commitments, shown))
    )
    ordered = tuple(shown[one.name] for one in frozen.plan.contributors if one.name in shown)
    if failures:
        return Transcript(frozen, commitments, ordered, failures)
    seed, pool = seed_of(frozen, ordered), frozen.plan.pool
    order = order_of(seed, pool.entries, pool.points)
    return Transcript(frozen, commitments, ordered, (), seed, tuple(order), walk(frozen.plan, order))


def with_declines(transcript: Transcript, declined: Sequence[str]) -> Transcript:
    """The same draw after members declined, in that order; the seed and the order stay. Raises ``ValueError``."""
    return replace(transcript, walk=walk(transcript.frozen.plan, transcript.order, declined))


def next_attempt(void: Transcript, contributors: Sequence[Contributor]) -> Frozen:
    """Freeze the same pool again after a void attempt; raises ``NoSecondDraw`` or ``Rejected``.

    A witness who failed may not contribute again; after a failure of an organiser a public value must be added, because
    who reveals last knows the result and could have refused it.
    """
    if not void.is_void:
        raise NoSecondDraw(Text("本次抽取已有结果，不得重抽", "this draw has a result and is not repeated"))
    failed, old = {one.name for one in void.failures}, void.frozen.plan
    for one in contributors:
        if one.role == "witness" and one.name in failed:
            raise NoSecondDraw(
                Text(
                    f"{one.name} 上次未履行，须更换见证人",
                    f"{one.name} failed the last attempt; name another witness",
                )
            )
    organiser_failed = any(one.name in failed and one.role == "organiser" for one in old.contributors)
    if organiser_failed and not any(one.role == "public" for one in contributors):
        raise NoSecondDraw(
            Text(
                "组织方上次未履行，须加入一项公开随机数",
                "the organiser failed the last attempt; add a public value",
            )
        )
    plan = Plan(old.draw, old.rule, old.pool, tuple(contributors), old.attempt + 1, void.sha256)
    return freeze(plan)


def _failure(
    one: Contributor, frozen: Frozen, commitments: Mapping[str, str], shown: Mapping[str, Reveal]
) -> str:
    reveal = shown.get(one.name)
    if one.role != "public" and one.name not in commitments:
        return NOT_COMMITTED
    if reveal is None:
        return NOT_REVEALED
    if one.role == "public" or not reveal.nonce:
        return NO_FIT if reveal.nonce or one.role != "public" else ""
    fits = hmac.compare_digest(commitment(frozen.sha256, reveal), commitments[one.name])
    return "" if fits else NO_FIT
