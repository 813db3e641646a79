"""Names of persons: one canonical form to store, keys to search and compare (姓名)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from juxian.core.identity.check import HIDDEN_CHARACTER, has_hidden_characters
from juxian.core.text import Text

LONGEST_NAME = 60
KEY_LENGTH = 120
JOINED_UP_TO = 4  # Han characters: longer names may be two parts of a name of another people

_DOTS = re.compile(r"(?:(?<!\s)\s+)?[·•‧∙⋅・･᛫．●]\s*")
_STOP_BETWEEN_HAN = re.compile(
    r"(?<=[㐀-鿿\U00020000-\U000323af])\s*[.。]\s*(?=[㐀-鿿\U00020000-\U000323af])"
)
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U000323af〇]+")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")

# surnames read otherwise than the character usually is
SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "任": "ren", "查": "zha", "华": "hua",
    "翟": "zhai", "盖": "ge", "繁": "po", "覃": "qin", "缪": "miao", "乐": "yue", "朴": "piao", "冼": "xian",
    "种": "chong", "员": "yun", "黑": "he", "逄": "pang", "秘": "bi", "薄": "bo", "折": "she", "召": "shao",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "令狐": "linghu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameCheck:
    """``name`` is what is stored, empty when ``problem`` is set; warnings never block."""

    name: str
    warnings: tuple[Text, ...] = ()
    problem: Text | None = None


def normalise_name(text: str) -> str:
    """NFKC, one middle dot ``·``, no blanks inside short Han names, single blanks elsewhere. Idempotent.

    Traditional and variant characters stay as the person writes them.
    """
    name = unicodedata.normalize("NFKC", text)
    name = _STOP_BETWEEN_HAN.sub("·", _DOTS.sub("·", name)).strip("· \t\r\n\u3000")
    parts = name.split()
    if all(_HAN.fullmatch(part) for part in parts) and sum(map(len, parts)) <= JOINED_UP_TO:
        return "".join(parts)
    return " ".join(parts)


def check_name(text: str) -> NameCheck:
    """The canonical name, or why it cannot be one."""
    if has_hidden_characters(text):
        return NameCheck("", problem=HIDDEN_CHARACTER)
    name = normalise_name(text)
    problem = _problem(name)
    return NameCheck("", problem=problem) if problem else NameCheck(name, tuple(_warnings(name)))


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters as simplified ones (繁转简)."""
    converted: str = _simplifier().convert(text)
    return converted


def matching_key(name: str) -> str:
    """For comparing only: simplified characters, no blanks or dots, case folded."""
    return re.sub(r"[\s·.'-]+", "", simplified(normalise_name(name))).casefold()


def name_key(name: str) -> str:
    """Pinyin without tones, lower case, no blanks (``张伟`` → ``zhangwei``), surnames by their own reading."""
    key = matching_key(name)
    for length in (2, 1):
        reading = SURNAME_READINGS.get(key[:length])
        if reading and len(key) > length:
            return (reading + _pinyin(key[length:]))[:KEY_LENGTH]
    return _pinyin(key)[:KEY_LENGTH]


def _pinyin(text: str) -> str:
    # deferred: its dictionaries are a tenth of the start of a process
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)).replace(" ", "").lower()


def _problem(name: str) -> Text | None:
    if not name:
        return Text("没有姓名", "there is no name")
    if len(name) > LONGEST_NAME:
        return Text(f"姓名超过 {LONGEST_NAME} 个字符", f"the name has more than {LONGEST_NAME} characters")
    if any(unicodedata.category(char) == "Cc" for char in name):
        return Text("姓名含有控制字符", "the name contains control characters")
    if not any(char.isalpha() or _PRIVATE_USE.match(char) for char in name):
        return Text("姓名中没有文字", "the name has no letters")
    return None


def _warnings(name: str) -> list[Text]:
    found = []
    if any(char.isdigit() and char != "〇" for char in name):
        found.append(Text("姓名中有数字，请核对", "the name contains digits; check it"))
    if any(char in name for char in "()（）[]【】/、,，?？*＊"):
        found.append(Text("姓名中有括号或符号，请核对", "the name contains brackets or signs; check it"))
    if _PRIVATE_USE.search(name):
        found.append(Text("姓名中有自造字，换一台电脑可能无法显示", "the name has a private-use character"))
    if " " in name and _HAN.search(name):
        found.append(Text("姓名中有空格，请核对", "the name contains a blank; check it"))
    return found
