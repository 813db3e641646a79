"""What a register is searched by: pairs of characters, words and initials (检索词)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from juxian.core.identity.names import SURNAME_READINGS, matching_key, normalise_name, simplified

LONGEST_TERM = 16
MOST_TERMS = 200  # of one person
MOST_ASKED = 6  # terms of one question
INITIALS = "^"  # what the terms of initials begin with, so that ``^zx`` is no word

_HAN = "㐀-鿿豈-﫿\U00020000-\U000323af〇"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_PARTS = re.compile(r"[\s·.'-]+")


def searchable(text: str) -> str:
    """One form for what is stored and what is asked: NFKC, simplified characters, case folded."""
    return simplified(unicodedata.normalize("NFKC", text)).casefold()


def initials_of(name: str) -> str:
    """First letters of the pinyin (``张小明`` → ``zxm``); of the words of a name in Latin letters."""
    key = matching_key(name)
    if key.isascii():
        return "".join(part[:1] for part in _PARTS.split(normalise_name(name).casefold()) if part)
    for length in (2, 1):
        reading = SURNAME_READINGS.get(key[:length])
        if reading and len(key) > length:
            first = _letters(key[:length]) if length > 1 else reading[0]
            return first + _letters(key[length:])
    return _letters(key)


def terms_of(name: str, texts: Iterable[str]) -> set[str]:
    """Every term by which a person is found: of the name also single characters and initials."""
    key = matching_key(name)
    initials = initials_of(name)[: LONGEST_TERM - 1]
    terms = set(_pairs(key)) | {character for character in key if not character.isascii()}
    terms |= {INITIALS + initials[:length] for length in range(2, len(initials) + 1)}
    for text in dict.fromkeys(texts):
        if len(terms) >= MOST_TERMS:
            break
        terms.update(_pairs(searchable(text)))
    return terms


def terms_in(texts: Iterable[str]) -> set[str]:
    """The terms of texts alone, without a name."""
    return {term for text in texts for term in _pairs(searchable(text))}


def terms_asked(text: str) -> tuple[str, ...]:
    """The terms that all must be found; none where the text holds nothing to search for."""
    return tuple(dict.fromkeys(_pairs(searchable(text))))[:MOST_ASKED]


def _pairs(text: str) -> Iterator[str]:
    for run in _RUNS.findall(text):
        if run[0].isascii() or len(run) == 1:
            yield run[:LONGEST_TERM]
        else:
            yield from (run[start : start + 2] for start in range(len(run) - 1))


def _letters(text: str) -> str:
    # deferred: its dictionaries are a tenth of the start of a process
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).replace(" ", "").lower()
