"""The signed code of a card: ``JXC1.<key id>.<content>.<signature>`` (服务卡码).

The content is UTF-8, one ``letter=value`` a line, in base64url without padding; the signature is Ed25519 over the ASCII
bytes before its dot. Letters: ``p`` place, ``n`` number, ``k`` kind, ``u`` first day on which it no longer holds, and where
the pack allows them ``l`` level, ``s`` first day, ``h`` surname of the holder with the rest masked. Source: RFC 8032, RFC 4648.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = "JXC1"
LONGEST = 600
_SHAPE = re.compile(r"JXC[0-9]{1,2}\.[0-9a-f]{16}\.[A-Za-z0-9_-]{4,400}\.[A-Za-z0-9_-]{86}")
_DAY = re.compile(r"[0-9]{8}")
_REQUIRED, _KNOWN = frozenset("pnku"), frozenset("pnkulsh")


class Why(StrEnum):
    """Why a code is not accepted."""

    SHAPE = "shape"  # no code of ours, or cut off
    VERSION = "version"  # of a later version of the format
    KEY = "key"  # signed with a key that is not published here
    SIGNATURE = "signature"  # changed, or forged


class Misread(ValueError):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class CardClaims:
    """What a code says. until: exclusive."""

    place: str
    number: str
    kind: str
    until: date
    level: str = ""
    since: date | None = None
    holder: str = ""

    def holds_on(self, day: date) -> bool:
        return day < self.until and (self.since is None or self.since <= day)


def signed_code(claims: CardClaims, key: Ed25519PrivateKey) -> str:
    """The same claims and key give the same code. Raises ValueError for a value with a line break."""
    head = f"{VERSION}.{key_id(key.public_key())}.{_sealed(_content(claims))}"
    return f"{head}.{_sealed(key.sign(head.encode()))}"


def verified(text: str, keys: Mapping[str, Ed25519PublicKey]) -> CardClaims:
    """What the code says, once its signature fits one of ``keys`` (by key id). Raises ``Misread``."""
    kid, claims = read_code(text)
    if kid not in keys:
        raise Misread(Why.KEY)
    head, signature = text.strip().rsplit(".", 1)
    try:
        keys[kid].verify(_opened(signature), head.encode())
    except InvalidSignature as error:
        raise Misread(Why.SIGNATURE) from error
    return claims


def read_code(text: str) -> tuple[str, CardClaims]:
    """Key id and claims, unproved. Raises ``Misread`` for anything that is no code."""
    text = text.strip()
    if len(text) > LONGEST or not _SHAPE.fullmatch(text):
        raise Misread(Why.SHAPE)
    version, kid, content, _signature = text.split(".")
    if version != VERSION:
        raise Misread(Why.VERSION)
    try:
        return kid, _claims(_opened(content).decode("utf-8"))
    except ValueError as error:
        raise Misread(Why.SHAPE) from error


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 over the raw public key."""
    return hashlib.sha256(_raw(key)).hexdigest()[:16]


def public_text(key: Ed25519PublicKey) -> str:
    """The raw 32 bytes in base64url, as a JSON Web Key writes them."""
    return _sealed(_raw(key))


def public_key(text: str) -> Ed25519PublicKey:
    """The opposite of ``public_text``. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(_opened(text))


def masked(name: str) -> str:
    """The first character and a star for each further one: 周*, E****."""
    return name[:1] + "*" * min(len(name) - 1, 4) if name else ""


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _content(claims: CardClaims) -> bytes:
    values = {
        "p": claims.place,
        "n": claims.number,
        "k": claims.kind,
        "u": f"{claims.until:%Y%m%d}",
        "l": claims.level,
        "s": f"{claims.since:%Y%m%d}" if claims.since else "",
        "h": claims.holder,
    }
    if any(len(value.splitlines()) > 1 for value in values.values()):
        raise ValueError("a value of a card has a line break")
    return "\n".join(f"{letter}={value}" for letter, value in values.items() if value).encode()


def _claims(text: str) -> CardClaims:
    lines = [line.partition("=") for line in text.split("\n")]
    values = {letter: value for letter, _, value in lines}
    if len(values) != len(lines) or not _REQUIRED <= values.keys() <= _KNOWN:
        raise ValueError("not the lines of a card")
    return CardClaims(
        place=values["p"],
        number=values["n"],
        kind=values["k"],
        until=_day(values["u"]),
        level=values.get("l", ""),
        since=_day(values["s"]) if "s" in values else None,
        holder=values.get("h", ""),
    )


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is no day")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _sealed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _opened(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
