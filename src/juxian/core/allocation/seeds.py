"""From committed contributions to one seed, and from the seed to tickets (随机种子、号票).

Every part that is hashed is preceded by its length (4 bytes), so that two contributions can never be read as one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from juxian.core.allocation.canonical import is_plain_text
from juxian.core.allocation.draw import PROTOCOL, TEXT_LENGTH, Frozen

LONG = 100_000  # from here on sorting bytes one by one takes longer than reading them as numbers
WORDS = 4  # of 8 bytes in a ticket
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Reveal:
    """What a contributor shows (揭示). nonce: 64 hexadecimal digits, empty for a public value; value: any short text.

    Raises ``ValueError`` when it is malformed; that is an error of typing, not a failure of the contributor.
    """

    name: str
    nonce: str
    value: str

    def __post_init__(self) -> None:
        if self.nonce and not is_sha256(self.nonce):
            raise ValueError("a nonce is 64 hexadecimal digits")
        if not 0 < len(self.value) <= TEXT_LENGTH or not is_plain_text(self.value):
            raise ValueError(f"a value is 1 to {TEXT_LENGTH} characters of normalised text")


def is_sha256(text: str) -> bool:
    """64 small hexadecimal digits."""
    return len(text) == 64 and set(text) <= _HEX


def commitment(frozen_sha256: str, reveal: Reveal) -> str:
    """What a contributor publishes first (承诺): bound to the frozen pool and to his name, so it cannot be copied or moved."""
    parts = (
        f"{PROTOCOL}|commit".encode(),
        bytes.fromhex(frozen_sha256),
        reveal.name.encode(),
        bytes.fromhex(reveal.nonce),
        reveal.value.encode(),
    )
    return hashlib.sha256(prefixed(parts)).hexdigest()


def seed_of(frozen: Frozen, reveals: Sequence[Reveal]) -> bytes:
    """The seed: HKDF-SHA256 (RFC 5869), salt = hash of the frozen plan, info = protocol|draw|attempt, 32 bytes.

    reveals: one for each contributor, in the order of the plan. One of them unknown, and the seed is unknown.
    """
    material = prefixed(
        part
        for reveal in reveals
        for part in (reveal.name.encode(), bytes.fromhex(reveal.nonce), reveal.value.encode())
    )
    info = f"{PROTOCOL}|{frozen.plan.draw}|{frozen.plan.attempt}".encode()
    key = hmac.digest(bytes.fromhex(frozen.sha256), material, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


def ticket(seed: bytes, entry: str) -> str:
    """The ticket of one entry, 64 hexadecimal digits: what a person computes to check his own place."""
    return hmac.digest(seed, entry.encode("ascii"), "sha256").hex()


def order_of(seed: bytes, entries: Sequence[str], points: Sequence[int] = ()) -> list[int]:
    """Positions of the entries in drawn order: more points first, then the smaller ticket."""
    tickets = tickets_of(seed, entries)
    order = _by_ticket(tickets)
    if points:
        order.sort(key=points.__getitem__, reverse=True)  # stable: equal points keep the order of the tickets
    return order


def _by_ticket(tickets: Sequence[bytes]) -> list[int]:
    """Positions by ticket; a long list by the first 8 bytes of each, as long as they tell all apart."""
    if len(tickets) >= LONG:
        import numpy as np  # deferred: whoever draws a panel or a hundred flats does without it

        first = np.frombuffer(b"".join(tickets), dtype=">u8").astype(np.uint64)[::WORDS]
        order = np.argsort(first)
        if (np.diff(first[order]) > 0).all():
            return [int(place) for place in order.tolist()]
    return sorted(range(len(tickets)), key=tickets.__getitem__)


def tickets_of(seed: bytes, entries: Sequence[str]) -> list[bytes]:
    """HMAC-SHA256 of each entry; the two padded keys are hashed once, which halves the work."""
    key = seed.ljust(64, b"\0")
    start_inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key)).copy
    start_outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key)).copy
    found = []
    for entry in "\n".join(entries).encode("ascii").split(b"\n") if entries else ():
        inner, outer = start_inner(), start_outer()
        inner.update(entry)
        outer.update(inner.digest())
        found.append(outer.digest())
    return found


def prefixed(parts: Iterable[bytes]) -> bytes:
    """Each part with its length in 4 bytes before it."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
