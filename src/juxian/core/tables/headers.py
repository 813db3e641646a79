"""Words at the head of columns (表头用语): one form for comparing, and the unit that a header states."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_ORDINAL = re.compile(r"^[0-9一二三四五六七八九十]{1,2}[、.．)]")
_BRACKETS = re.compile(r"[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]")
_MARKS = "*＊:：。.、,，?？"
_TIME_WORDS = re.compile(r"(?:时间|年月日|年月|日期)$")
UNITS = ("亿元", "百万元", "万元", "千元", "百元", "元", "个月", "月", "年", "岁")
_UNIT = re.compile("|".join(UNITS))


def plain_header(text: str) -> str:
    """NFKC, no blanks, line breaks, marks or list numbers; brackets stay. Idempotent."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip(_MARKS)
    return _ORDINAL.sub("", plain).strip(_MARKS).casefold()


def variants(text: str) -> list[str]:
    """``text`` as it is compared, most faithful first: without brackets, without 是否, with 日期 for 时间."""
    plain = plain_header(text)
    bare = _BRACKETS.sub("", plain).strip(_MARKS)
    found = [plain, bare]
    found += [_TIME_WORDS.sub("日期", word) for word in (plain, bare)]
    found += [bare.removeprefix("是否"), bare.removeprefix("本人"), bare.removeprefix("姓名")]
    return [word for word in dict.fromkeys(found) if word]


def unit_of(text: str) -> str:
    """The unit in brackets or at the end of a header: ``年薪（万元）`` → ``万元``; empty when none is stated."""
    plain = plain_header(text)
    for inner in _BRACKETS.findall(plain):
        found = _UNIT.search(inner)
        if found:
            return found.group()
    tail = re.search(r"[/:](" + "|".join(UNITS) + ")$", plain)
    return tail.group(1) if tail else ""
