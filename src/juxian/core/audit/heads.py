"""Signed heads of the audit log (签名链头): who can rewrite the database cannot make one.

A line is JSON: ``number``, ``entries``, ``digest`` of the last entry, ``at`` (ISO, UTC), ``before`` (SHA-256 of the line
before, so that no line can be taken out of the middle), ``signature`` (Ed25519 over the rest, base64).
Source: RFC 8032; SECURITY-BASELINE 8.2.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from juxian.core.audit.verifier import FIRST, Head, canonical


class Forged(ValueError):
    """A line is not signed with the key, or does not follow the one before; ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} of the heads does not fit")
        self.line = line


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """The key of a secret of at least 32 bytes."""
    seed = hmac.new(secret, b"juxian audit heads", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_pem(key: Ed25519PrivateKey) -> str:
    """For others who check signatures, e.g. with ``openssl pkeyutl``."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed_line(head: Head, at: str, before: str, key: Ed25519PrivateKey) -> str:
    """before: the line before, empty for the first."""
    content = {
        "number": head.number,
        "entries": head.entries,
        "digest": head.digest,
        "at": at,
        "before": hashlib.sha256(before.encode()).hexdigest() if before else FIRST,
    }
    signature = base64.b64encode(key.sign(canonical(content))).decode()
    return canonical(content | {"signature": signature}).decode()


def read_signed(lines: Sequence[str], key: Ed25519PublicKey) -> list[Head]:
    """Heads of the lines; raises ``Forged`` at the first that is not as it was signed."""
    heads, before = [], ""
    for position, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            signature = base64.b64decode(content.pop("signature"), validate=True)
            key.verify(signature, canonical(content))
            follows = content["before"] == (hashlib.sha256(before.encode()).hexdigest() if before else FIRST)
            heads.append(Head(content["number"], content["entries"], content["digest"]))
        except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged(position) from error
        if not follows:
            raise Forged(position)
        before = line
    return heads
