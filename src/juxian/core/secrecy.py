"""Encrypting single fields and finding them again (字段加密与检索摘要).

AES-256-GCM with a random 96-bit nonce; the digest is HMAC-SHA256 with a key of its own, so that a number can be
searched and kept unique without being readable. Source: NIST SP 800-38D; SECURITY-BASELINE 7.1.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass

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


def digest(text: str, keys: Keys) -> str:
    """Keyed digest of a canonical text, 64 hexadecimal digits."""
    return hmac.new(keys.searching, text.encode(), hashlib.sha256).hexdigest()
