"""The slip of a contributor (承诺凭条): what he keeps between commitment and reveal, as a file.

It is made where the contributor is, in his browser or by ``juxian draw commit``; the server gets the commitment alone.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

from juxian.core.allocation.canonical import is_plain_text
from juxian.core.allocation.draw import PROTOCOL, TEXT_LENGTH
from juxian.core.allocation.seeds import Reveal, commitment, is_sha256
from juxian.core.identity.check import has_hidden_characters

FIELDS = ("protocol", "pool_hash", "name", "nonce", "value", "commitment")


class NoSlip(ValueError):
    """A file that is no slip, or one whose parts do not fit together; the text names the part."""


@dataclass(frozen=True, slots=True)
class Slip:
    """pool_hash: of the frozen plan that was committed to."""

    pool_hash: str
    reveal: Reveal

    @property
    def commitment(self) -> str:
        """What is published."""
        return commitment(self.pool_hash, self.reveal)

    def as_json(self) -> str:
        """The file: one JSON object and a line break."""
        data = dict(zip(FIELDS, self._values(), strict=True))
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def _values(self) -> tuple[str, ...]:
        one = self.reveal
        return PROTOCOL, self.pool_hash, one.name, one.nonce, one.value, self.commitment


def plain_value(text: str) -> str:
    """Composed characters without spaces at the ends, as forms and slips write a value."""
    return unicodedata.normalize("NFC", text.strip())


def is_visible(text: str) -> bool:
    """Nothing in it that cannot be seen: who copies it by hand copies all of it."""
    return not has_hidden_characters(text) and not any(
        unicodedata.category(char).startswith("C") for char in text
    )


def new_slip(pool_hash: str, name: str, nonce: str, value: str) -> Slip:
    """A slip; raises ``NoSlip`` with the name of the part that is malformed."""
    if not is_sha256(pool_hash):
        raise NoSlip("pool_hash")
    if not 0 < len(name) <= TEXT_LENGTH or not is_plain_text(name):
        raise NoSlip("name")
    if not is_sha256(nonce):
        raise NoSlip("nonce")
    try:
        if not is_visible(value):
            raise NoSlip("value")
        return Slip(pool_hash, Reveal(name, nonce, plain_value(value)))
    except ValueError:
        raise NoSlip("value") from None


def read_slip(text: str) -> Slip:
    """The slip of a file; raises ``NoSlip`` when a part is missing or the commitment is not that of the others."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise NoSlip("file") from None
    if not isinstance(data, dict):
        raise NoSlip("file")
    for field in FIELDS:
        if not isinstance(data.get(field), str):
            raise NoSlip(field)
    if data["protocol"] != PROTOCOL:
        raise NoSlip("protocol")
    found = new_slip(data["pool_hash"], data["name"], data["nonce"], data["value"])
    if found.commitment != data["commitment"]:
        raise NoSlip("commitment")
    return found
