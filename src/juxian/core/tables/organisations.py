"""Names of organisations in rosters (单位名称): found by name, alias or code, else the nearest is suggested."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

_DROPPED = re.compile(r"[\s()（）\-—·.,，。、]+")


def plain_organisation(name: str) -> str:
    """NFKC without blanks, brackets and dots, lower case."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", name)).casefold()


@dataclass
class Organisations:
    """Every word for an organisation → its code. A word that means two organisations finds neither."""

    _codes: dict[str, str] = field(default_factory=dict)
    _titles: dict[str, str] = field(default_factory=dict)
    _near: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str, Iterable[str]]]) -> Organisations:
        """entries: (code, name, aliases)."""
        found = cls()
        for code, name, aliases in entries:
            found._titles[code] = name
            for word in (code, name, *aliases):
                plain = plain_organisation(word)
                taken = found._codes.get(plain, code)
                found._codes[plain] = code if taken == code else ""
        return found

    def find(self, text: str) -> str | None:
        """The code of the organisation called ``text``; None when unknown or ambiguous."""
        return self._codes.get(plain_organisation(text)) or None

    def title(self, code: str) -> str:
        return self._titles.get(code, code)

    def suggest(self, text: str) -> str:
        """The name of the nearest organisation, empty when none is near."""
        plain = plain_organisation(text)
        if plain not in self._near:
            near = get_close_matches(plain, self._codes, n=1, cutoff=0.55)
            self._near[plain] = self._titles.get(self._codes[near[0]], "") if near else ""
        return self._near[plain]
