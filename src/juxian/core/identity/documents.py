"""Document numbers of every kind that the register keeps (证件号码)."""

from __future__ import annotations

import re
from datetime import date

from juxian.core.identity.check import HIDDEN_CHARACTER, IdCheck, has_hidden_characters, plain
from juxian.core.identity.masking import mask_middle
from juxian.core.identity.resident_id import check_resident_id
from juxian.core.text import Text

KIND_WORDS = {
    "resident_id": (
        "居民身份证",
        "身份证",
        "公民身份证",
        "二代身份证",
        "身份证号",
        "RESIDENT IDENTITY CARD",
        "IDCARD",
    ),
    "residence_permit": ("港澳台居民居住证", "台湾居民居住证", "港澳居民居住证", "居住证"),
    "permanent_residence": (
        "外国人永久居留身份证",
        "外国人永久居留证",
        "永久居留身份证",
        "永久居留证",
        "绿卡",
        "五星卡",
    ),
    "passport": ("护照", "普通护照", "外国护照", "中国护照", "PASSPORT"),
    "hk_macao_permit": ("港澳居民来往内地通行证", "港澳通行证", "回乡证"),
    "taiwan_permit": ("台湾居民来往大陆通行证", "台胞证"),
    "other": ("其他", "其他证件", "军官证", "士兵证", "外国人工作许可证", "OTHER"),
}
_KIND_OF_WORD = {word: kind for kind, words in KIND_WORDS.items() for word in words}

_CHINESE_PASSPORT = re.compile(r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}")
_PASSPORT = re.compile(r"(?=[A-Z]{0,16}[0-9])[A-Z0-9]{5,17}")
_HK_MACAO = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN = re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]")
_PERMANENT_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
_FREE = re.compile(r"[^\x00-\x1f\x7f]{2,40}")
_SHAPED_LIKE_ID = frozenset(("resident_id", "residence_permit", "permanent_residence"))


def find_document_kind(word: str) -> str | None:
    """The kind called ``word`` (身份证, 护照, 台胞证 …), None when it is not known."""
    found = plain(word)
    return found.lower() if found.lower() in KIND_WORDS else _KIND_OF_WORD.get(found)


def check_document(kind: str, text: str, as_of: date | None = None) -> IdCheck:
    """Check a number of a stated ``kind``; an empty kind is told from the shape, else it is a problem.

    A number of another kind's shape is taken as that kind with a warning when its check digits prove it.
    """
    if has_hidden_characters(text):
        return IdCheck("", kind, problem=HIDDEN_CHARACTER)
    number = plain(text)
    if kind in _SHAPED_LIKE_ID or not kind or (kind == "other" and len(number) == 18):
        found = _like_resident_id(kind, number, as_of)
        if found:
            return found
    return _by_shape(kind, number)


def canonical_number(text: str) -> str:
    """The form in which a number is stored and searched: half-width, upper case, no blanks or hyphens."""
    return plain(text)


def mask_document(kind: str, number: str) -> str:
    """18-character numbers keep four at each end, others one and two; very short ones nothing."""
    if len(number) >= 15:
        return mask_middle(number, 4, 4)
    return (
        mask_middle(number, 1, 2)
        if len(number) > 5 and kind != "other"
        else mask_middle(number, 0, min(2, len(number) // 3))
    )


def _like_resident_id(kind: str, number: str, as_of: date | None) -> IdCheck | None:
    if _PERMANENT_2017.fullmatch(number):
        return IdCheck(number, "permanent_residence", warnings=_stated(kind, "permanent_residence"))
    if kind != "resident_id" and not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", number):
        return None if not kind else IdCheck("", kind, problem=_not_of_kind(kind))
    found = check_resident_id(number, as_of)
    if found.problem:
        return IdCheck("", kind or "resident_id", problem=found.problem) if kind != "other" else None
    warnings = (*found.warnings, *_stated(kind, found.kind))
    return IdCheck(found.number, found.kind, found.birth, found.gender, warnings)


def _by_shape(kind: str, number: str) -> IdCheck:
    if kind in ("", "hk_macao_permit") and _HK_MACAO.fullmatch(number):
        return IdCheck(number, "hk_macao_permit")
    if kind in ("", "passport") and _CHINESE_PASSPORT.fullmatch(number):
        return IdCheck(number, "passport")
    if kind == "taiwan_permit" and _TAIWAN.fullmatch(number):
        return IdCheck(number, kind)
    if kind == "passport" and _PASSPORT.fullmatch(number):
        return IdCheck(number, kind)
    if kind == "other" and _FREE.fullmatch(number):
        return IdCheck(number, kind)
    if not kind and _PASSPORT.fullmatch(number) and not number.isdigit():
        guess = Text(
            "按外国护照登记，请核对证件类型", "taken as a foreign passport; check the kind of document"
        )
        return IdCheck(number, "passport", warnings=(guess,))
    if not kind:
        return IdCheck("", problem=Text("看不出是哪种证件的号码", "it is not a number of any known document"))
    return IdCheck("", kind, problem=_not_of_kind(kind))


def _not_of_kind(kind: str) -> Text:
    title = KIND_WORDS[kind][0] if kind in KIND_WORDS else kind
    return Text(f"不是{title}号码的形式", f"not the shape of a {kind.replace('_', ' ')} number")


def _stated(kind: str, found: str) -> tuple[Text, ...]:
    if kind in ("", found):
        return ()
    return (Text(f"号码属于{KIND_WORDS[found][0]}", f"the number is that of a {found.replace('_', ' ')}"),)
