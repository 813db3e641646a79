"""Telephone numbers (电话号码)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from juxian.core.identity.check import HIDDEN_CHARACTER, has_hidden_characters
from juxian.core.text import Text

_COUNTRY = re.compile(r"^(?:\+86|0086|86)(?=1[3-9][0-9]{9}$|0[0-9]{9,11}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{9,11}|[2-8][0-9]{6,7}")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_SEVERAL = re.compile(r"[/、,;|或]|\s{2,}")


@dataclass(frozen=True, slots=True)
class PhoneCheck:
    """``number`` is canonical: digits, or ``+`` and digits abroad; empty when ``problem`` is set."""

    number: str
    warnings: tuple[Text, ...] = ()
    problem: Text | None = None


def normalise_phone(text: str) -> str:
    """Digits without separators and without +86; what is no number comes back as it is. Idempotent."""
    plain = re.sub(r"[\s()\-–—.·]+", "", unicodedata.normalize("NFKC", text))
    return _COUNTRY.sub("", unicodedata.normalize("NFKC", plain))  # an accent may have lost its blank


def is_landline(number: str) -> bool:
    """``number`` is canonical. A fixed line belongs to a desk or a unit, not to a person."""
    return _LANDLINE.fullmatch(number) is not None


def check_phone(text: str) -> PhoneCheck:
    """Mobile, fixed line with or without area code, or a number abroad with ``+``; the first of several."""
    if has_hidden_characters(text):
        return PhoneCheck("", problem=HIDDEN_CHARACTER)
    parts = [part for part in _SEVERAL.split(unicodedata.normalize("NFKC", text).strip()) if part.strip()]
    if not parts:
        return PhoneCheck("", problem=Text("没有号码", "there is no number"))
    number = normalise_phone(parts[0])
    warnings: tuple[Text, ...] = ()
    if len(parts) > 1:
        warnings = (Text("有多个号码，取第一个", "there are several numbers; the first is taken"),)
    if any(shape.fullmatch(number) for shape in (_MOBILE, _LANDLINE, _ABROAD)):
        return PhoneCheck(number, warnings)
    return PhoneCheck("", problem=Text("不是电话号码", "not a telephone number"))
