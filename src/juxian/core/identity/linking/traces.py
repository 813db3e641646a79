"""What two records are compared by (比对特征): whole numbers only, so that every engine compares them alike.

SQL string distances count bytes on Chinese text, and differ between databases; here every text is normalised in
Python and becomes one keyed 64-bit digest, equal exactly when the normalised texts are. 0 is unknown.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from juxian.core.identity.linking.partial import read_partial_number
from juxian.core.identity.linking.sounds import NameForms, name_forms
from juxian.core.identity.phones import is_landline, normalise_phone

UNKNOWN = 0
GENDERS = {"male": 1, "female": 2}
_OWN_NUMBER = frozenset(("resident_id", "residence_permit"))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person or row before it is compared.

    numbers: (document kind, number) that passed their check. damaged: text of an identity number of which digits are
    lost or masked. birth: with ``precision`` day, month or year. employer: code or name; phones and emails: newest
    first, two of each are compared. sheet: number of the file a row stands in, 0 for records of the register.
    """

    name: str
    numbers: tuple[tuple[str, str], ...] = ()
    damaged: str = ""
    birth: date | None = None
    precision: str = "day"
    gender: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    employer: str = ""
    school: str = ""
    native_place: str = ""
    sheet: int = 0


@dataclass(slots=True)
class Trace:
    """One record as it is compared; every field a whole number below 2**63, 0 when unknown.

    name: simplified, without blanks. sound: pinyin; turned: pinyin with the family name at the other end; near: pinyin
    without the differences that dialects drop. first, second: characters of the given name. number: a valid identity
    number, and its parts where only those are known. contradicts: the row says otherwise than its own number.
    The last four are set by what the other records say (``corpus``).
    """

    name: int = 0
    sound: int = 0
    turned: int = 0
    near: int = 0
    surname: int = 0
    first: int = 0
    second: int = 0
    number: int = 0
    first15: int = 0
    region4: int = 0
    region6: int = 0
    tail4: int = 0
    passport: int = 0
    permit: int = 0
    birth_day: int = 0
    birth_month: int = 0
    birth_year: int = 0
    gender: int = 0
    phone: int = 0
    phone_also: int = 0
    email: int = 0
    email_also: int = 0
    employer: int = 0
    school: int = 0
    native_place: int = 0
    contradicts: int = 0
    sheet: int = 0
    rare: int = 0
    homonym: int = 0

    def values(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in COLUMNS)


COLUMNS = tuple(item.name for item in fields(Trace))


@dataclass(frozen=True)
class Tracer:
    """Makes traces with one key; equal keys make comparable traces."""

    key: bytes
    _codes: dict[str, int] = field(default_factory=dict, repr=False)

    def trace(self, known: Known) -> Trace:
        forms = _forms(known.name)
        trace = Trace(sheet=known.sheet, gender=GENDERS.get(known.gender, UNKNOWN))
        trace.name, trace.sound = self._repeated("n", forms.key), self._repeated("s", forms.sound)
        trace.turned, trace.near = self._repeated("s", forms.turned), self._repeated("f", forms.near)
        trace.surname = self._repeated("u", forms.surname)
        trace.first, trace.second = self._repeated("c", forms.first), self._repeated("c", forms.second)
        self._set_numbers(trace, known)
        self._set_birth(trace, known)
        phones = _distinct(_phone(text) for text in known.phones)
        trace.phone, trace.phone_also = (self.code("p", text) for text in phones)
        emails = _distinct(text.strip().casefold() for text in known.emails)
        trace.email, trace.email_also = (self.code("e", text) for text in emails)
        trace.employer = self._repeated("o", _plain(known.employer))
        trace.school = self._repeated("h", _plain(known.school))
        trace.native_place = self._repeated("l", _place(known.native_place))
        return trace

    def code(self, space: str, text: str) -> int:
        """The digest of a text among texts of one meaning; 0 for no text."""
        if not text:
            return UNKNOWN
        found = blake2b(f"{space}:{text}".encode(), digest_size=8, key=self.key).digest()
        return int(struct.unpack(">Q", found)[0] >> 1) or 1

    def _repeated(self, space: str, text: str) -> int:
        """As ``code``, kept: names, schools and employers come again and again."""
        found = self._codes.get(space + text)
        if found is None:
            found = self._codes[space + text] = self.code(space, text)
        return found

    def _set_numbers(self, trace: Trace, known: Known) -> None:
        for kind, number in known.numbers:
            if kind in _OWN_NUMBER:
                self._set_parts(trace, number)
                trace.number = self.code("i", number)
            elif kind == "passport":
                trace.passport = self.code("d", number)
            else:
                trace.permit = self.code("d", number)
        if known.damaged and not trace.number:
            self._set_parts(trace, read_partial_number(known.damaged))

    def _set_parts(self, trace: Trace, pattern: str) -> None:
        """pattern: 18 characters with ``_`` for unknown ones; other lengths say nothing."""
        if len(pattern) != 18:
            return
        trace.region4 = self._part(pattern, 0, 4)
        trace.region6 = self._part(pattern, 0, 6)
        trace.first15 = self._part(pattern, 0, 15)
        trace.tail4 = self._part(pattern, 14, 18)
        born = pattern[6:14]
        if born.isdigit():
            trace.birth_day, trace.birth_month, trace.birth_year = int(born), int(born[:6]), int(born[:4])

    def _part(self, pattern: str, start: int, end: int) -> int:
        part = pattern[start:end]
        return UNKNOWN if "_" in part else self.code(f"{start}-{end}", part)

    def _set_birth(self, trace: Trace, known: Known) -> None:
        if known.birth is None:
            return
        day, month, year = known.birth.day, known.birth.month, known.birth.year
        if trace.birth_year:
            differs = (
                year != trace.birth_year
                or (known.precision != "year" and year * 100 + month != trace.birth_month)
                or (known.precision == "day" and (year * 100 + month) * 100 + day != trace.birth_day)
            )
            trace.contradicts = int(differs)
            return
        trace.birth_year = year
        trace.birth_month = year * 100 + month if known.precision != "year" else UNKNOWN
        trace.birth_day = trace.birth_month * 100 + day if known.precision == "day" else UNKNOWN


@lru_cache(maxsize=300_000)
def _forms(name: str) -> NameForms:
    return name_forms(name)


def _distinct(texts: Iterable[str]) -> tuple[str, str]:
    found = [*dict.fromkeys(text for text in texts if text), "", ""]
    return found[0], found[1]


def _phone(text: str) -> str:
    """The number; a fixed line, which a whole unit answers, and placeholders such as 13800000000 and 11111111 say nothing."""
    number = normalise_phone(text)
    return "" if len(number) < 7 or len(set(number[-8:])) <= 2 or is_landline(number) else number


def _plain(text: str) -> str:
    """NFKC without blanks, brackets and dots, lower case: 市第一医院 and （市）第一医院 are one."""
    return re.sub(r"[\s()\-—·.,，。、]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _place(text: str) -> str:
    return re.sub(r"[省市县区\s·]|自治[州区县]|地区", "", text)
