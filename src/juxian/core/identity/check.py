"""What a check of a document number finds (证件校验结果)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from juxian.core.text import Text

Gender = Literal["male", "female"]

_SEPARATORS = re.compile(r"[\s'’`-]+")
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

HIDDEN_CHARACTER = Text("含有看不见的字符", "it contains invisible characters")


@dataclass(frozen=True, slots=True)
class IdCheck:
    """``number`` is canonical, empty when ``problem`` is set; warnings never block.

    kind: a document kind of the register (resident_id, passport …), empty when it cannot be told.
    """

    number: str
    kind: str = ""
    birth: date | None = None
    gender: Gender | None = None
    warnings: tuple[Text, ...] = ()
    problem: Text | None = None


def plain(text: str) -> str:
    """Full-width forms to ASCII, blanks, quotes and hyphens dropped, upper case."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def has_hidden_characters(text: str) -> bool:
    """Zero-width and bidirectional controls, which make two texts look the same."""
    return _HIDDEN.search(text) is not None
