"""Further checks of a text in a form: numbers with a form of their own (号码格式)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from juxian.core.facts.values import Refusal
from juxian.core.identity import check_resident_id, check_uscc
from juxian.core.identity.phones import check_phone

Format = Callable[[str], str | Refusal]


def _phone(text: str) -> str | Refusal:
    found = check_phone(text)
    return Refusal(found.problem) if found.problem else found.number


def _resident_id(text: str) -> str | Refusal:
    found = check_resident_id(text)
    return Refusal(found.problem) if found.problem else found.number


def _uscc(text: str) -> str | Refusal:
    found = check_uscc(text)
    return Refusal(found.problem) if found.problem else found.code


FORMATS: Mapping[str, Format] = {"phone": _phone, "resident_id": _resident_id, "uscc": _uscc}
