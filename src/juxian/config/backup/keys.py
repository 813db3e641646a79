"""The key of encrypted fields, as a backup names it: by fingerprint, never by value (密钥指纹)."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from juxian.config.environment import FIELDS_KEY

FINGERPRINT_DIGITS = 32
_FINGERPRINT, _SEAL = b"juxian key fingerprint", b"juxian backup seal"


def key_of(home: Path) -> bytes | None:
    """The key that lies in a home directory; None when there is none. Nothing is made."""
    return read_key(home / "keys" / FIELDS_KEY)


def read_key(path: Path) -> bytes | None:
    """The key in a file; None when there is no such file."""
    return path.read_bytes() if path.exists() else None


def fingerprint(master: bytes) -> str:
    """What tells one key from another without giving it away; 32 hexadecimal digits."""
    return hmac.new(master, _FINGERPRINT, hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]


def seal_of(master: bytes, sha256: str) -> str:
    """What only a holder of the key can write below an archive with this digest; 64 hexadecimal digits."""
    key = hmac.new(master, _SEAL, hashlib.sha256).digest()
    return hmac.new(key, sha256.encode("ascii"), hashlib.sha256).hexdigest()
