"""GB 11643-1999 resident identity numbers and the numbers that share their shape (公民身份号码).

``AAAAAA YYYYMMDD SSS C``: division at registration, birth, sequence (odd = male), check by ISO 7064 MOD 11-2.
Residence permits of Hong Kong, Macao and Taiwan residents (81, 82, 83) and the permanent residence card of 2023
(first digit 9) have the same shape and check.
"""

from __future__ import annotations

import re
from datetime import date

from juxian.core.dates import whole_years
from juxian.core.identity.check import HIDDEN_CHARACTER, Gender, IdCheck, has_hidden_characters, plain
from juxian.core.text import Text

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
OLDEST_AGE = 130

# GB/T 2260, first two digits; whole codes change over the years, so they are never a reason to refuse
PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71)
)
_PERMIT_AREAS = {"810000", "820000", "830000"}
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")


def check_digit(first17: str) -> str:
    """The 18th character for 17 digits."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def check_resident_id(text: str, as_of: date | None = None) -> IdCheck:
    """Canonical 18 characters with birth and gender; 15 digits are made 18.

    as_of: the day on which a birth in the future, or an age past 130, is refused; None leaves both out.
    Residence permits and permanent residence cards of the same shape are told by ``kind``.
    """
    if has_hidden_characters(text):
        return IdCheck("", problem=HIDDEN_CHARACTER)
    number, warnings = plain(text), list[Text]()
    if _FIFTEEN.fullmatch(number):
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
        warnings.append(Text("15 位旧号码，已换算为 18 位", "an old number of 15 digits, made 18"))
    elif not _EIGHTEEN.fullmatch(number):
        return IdCheck("", problem=_shape_problem(number))
    birth = _birth(number)
    problem = _problem(number, birth, as_of)
    if problem or birth is None:
        return IdCheck("", problem=problem)
    kind = _kind(number)
    if kind == "resident_id" and int(number[:2]) not in PROVINCES:
        warnings.append(
            Text("行政区划代码不在国家标准中", "its division code is not in the national standard")
        )
    gender: Gender = "male" if int(number[16]) % 2 else "female"
    return IdCheck(number, kind, birth, gender, tuple(warnings))


def _kind(number: str) -> str:
    if number[:6] in _PERMIT_AREAS:
        return "residence_permit"
    return "permanent_residence" if number[0] == "9" else "resident_id"


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _shape_problem(number: str) -> Text:
    size = len(number)
    return Text(
        f"不是 15 或 18 位身份号码（{size} 位）", f"not an identity number of 15 or 18 ({size} characters)"
    )


def _problem(number: str, birth: date | None, as_of: date | None) -> Text | None:
    if birth is None:
        return Text("号码中的出生日期不存在", "the date of birth in the number does not exist")
    if as_of and birth > as_of:
        return Text("号码中的出生日期在将来", "the date of birth in the number lies in the future")
    if as_of and whole_years(birth, as_of) > OLDEST_AGE:
        return Text("号码中的出生日期过早", "the date of birth in the number is too long ago")
    if number[17] != check_digit(number[:17]):
        return Text("校验位不符，号码有误", "the check digit is wrong, so a digit is mistyped")
    return None
