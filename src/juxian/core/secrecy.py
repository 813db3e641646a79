"""Encrypting single fields and finding them again (字段加密与检索摘要).

AES-256-GCM with a random 96-bit nonce; the digest is HMAC-SHA256 with a key of its own, so that a number can be
searched and kept unique without being readable. Source: NIST SP 800-38D; SECURITY-BASELINE 7.1.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
VERSION = b"\x01"


class Unreadable(ValueError):
    """The sealed text was made with another key, or was changed."""


@dataclass(frozen=True, slots=True)
class Keys:
    """``sealing``: 32 bytes for encryption. ``searching``: 32 bytes for digests."""

    sealing: bytes
    searching: bytes

    @classmethod
    def from_master(cls, master: bytes) -> Keys:
        """Two independent keys from one secret of at least 32 bytes."""
        if len(master) < 32:
            raise ValueError("the master key must have at least 32 bytes")
        return cls(
            *(
                hmac.new(master, use, hashlib.sha256).digest()
                for use in (b"juxian sealing", b"juxian searching")
            )
        )


def seal(text: str, keys: Keys) -> bytes:
    """Encrypt; two calls never give the same bytes."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(keys.sealing).encrypt(nonce, text.encode(), VERSION)


def unseal(sealed: bytes, keys: Keys) -> str:
    """Decrypt; raises ``Unreadable``."""
    version, nonce, body = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(keys.sealing).decrypt(nonce, body, version).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable("sealed with another key, or changed") from error


CHUNK = 1024 * 1024
_STREAM = (
    b"\x02"  # version of a sealed file; each piece has a nonce of prefix, number and whether it is the last
)
_PREFIX_BYTES, _TAG_BYTES = 7, 16


def seal_pieces(pieces: Iterable[bytes], keys: Keys) -> Iterator[bytes]:
    """Encrypt a file of any length in pieces of ``CHUNK``; none can be left out, moved or cut off unnoticed.

    Source: Hoang, Reyhanitabar, Rogaway, Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance
    (STREAM), 2015.
    """
    cipher, prefix = AESGCM(keys.sealing), os.urandom(_PREFIX_BYTES)
    yield _STREAM + prefix
    waiting: bytes | None = None
    number = 0
    for piece in _of_size(pieces):
        if waiting is not None:
            yield cipher.encrypt(_nonce(prefix, number, last=False), waiting, _STREAM)
            number += 1
        waiting = piece
    yield cipher.encrypt(_nonce(prefix, number, last=True), waiting or b"", _STREAM)


def unseal_pieces(file: BinaryIO, keys: Keys) -> Iterator[bytes]:
    """The pieces of a sealed file; raises ``Unreadable`` at the first that is not as it was sealed."""
    head = file.read(1 + _PREFIX_BYTES)
    if head[:1] != _STREAM or len(head) != 1 + _PREFIX_BYTES:
        raise Unreadable("not a sealed file")
    cipher, number = AESGCM(keys.sealing), 0
    piece = file.read(CHUNK + _TAG_BYTES)
    while True:
        following = file.read(CHUNK + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(head[1:], number, last=not following), piece, _STREAM)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("sealed with another key, or changed") from error
        if not following:
            return
        piece, number = following, number + 1


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _of_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of ``CHUNK``, the last one shorter."""
    held = b""
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK:
            yield held[:CHUNK]
            held = held[CHUNK:]
    if held:
        yield held


def digest(text: str, keys: Keys) -> str:
    """Keyed digest of a canonical text, 64 hexadecimal digits."""
    return hmac.new(keys.searching, text.encode(), hashlib.sha256).hexdigest()
