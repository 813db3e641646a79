"""GB 32100-2015 unified social credit codes of organisations (统一社会信用代码).

``D T RRRRRR OOOOOOOOO C``: registrar, entity, division, organisation code (GB 11714), check modulo 31.
Codes in use that fail the check are known, so a failure is a warning and never refuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from juxian.core.identity.check import HIDDEN_CHARACTER, has_hidden_characters, plain
from juxian.core.text import Text

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
REGISTRARS = frozenset("123456789ANY")
_SHAPE = re.compile(f"[{ALPHABET}]{{18}}")


@dataclass(frozen=True, slots=True)
class UsccCheck:
    """``code`` is canonical, empty when ``problem`` is set; warnings never block."""

    code: str
    warnings: tuple[Text, ...] = ()
    problem: Text | None = None


def check_character(first17: str) -> str:
    """The 18th character; a remainder of 0 gives ``0``. Source: GB 32100-2015, 91350100M000100Y4 → 3."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def check_uscc(text: str) -> UsccCheck:
    """Canonical 18 characters; letters I, O, S, V, Z do not occur."""
    if has_hidden_characters(text):
        return UsccCheck("", problem=HIDDEN_CHARACTER)
    code = plain(text)
    if not _SHAPE.fullmatch(code):
        message = Text("不是 18 位统一社会信用代码", "not a unified social credit code of 18 characters")
        return UsccCheck("", problem=message)
    warnings = []
    if code[0] not in REGISTRARS:
        warnings.append(Text("登记管理部门代码不常见", "its registrar is not a known one"))
    if code[17] != check_character(code[:17]):
        warnings.append(
            Text("校验位不符，请核对", "the check character is wrong; compare it with the certificate")
        )
    return UsccCheck(code, tuple(warnings))
