"""The forms of a name that are compared (姓名各形): characters, pinyin, pinyin turned round, pinyin by ear."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from juxian.core.identity.names import SURNAME_READINGS, matching_key, name_key, normalise_name

# characters that registrars write for one another; OpenCC has the traditional ones
VARIANTS = str.maketrans(
    "峯羣畧裏牀綫粧昇陞卻葯蔴濶毘秌琹喦嵒勲煕凃閆邨翺睪鉄冺",
    "峰群略里床线妆升升却药麻阔毗秋琴岩岩勋熙涂闫村翱泽铁泯",
)
_COMPOUND = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "尉迟",
        "万俟",
        "长孙",
        "澹台",
        "令狐",
        "皇甫",
        "慕容",
        "夏侯",
        "东方",
        "公孙",
        "宇文",
        "司徒",
        "端木",
        "南宫",
        "闻人",
        "申屠",
        "钟离",
    ]
)
_BY_EAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"), ("v", "u"))
_LATIN = re.compile(r"[A-Za-z][A-Za-z '.\-]*")
# family names in pinyin that are no common given name, to tell which end of ``Wei Zhang`` is the family name
_FAMILY = frozenset(
    [
        "wang",
        "li",
        "zhang",
        "liu",
        "chen",
        "yang",
        "huang",
        "zhao",
        "wu",
        "zhou",
        "xu",
        "sun",
        "ma",
        "zhu",
        "hu",
        "guo",
        "he",
        "lin",
        "gao",
        "luo",
        "zheng",
        "liang",
        "xie",
        "song",
        "tang",
        "deng",
        "feng",
        "han",
        "cao",
        "zeng",
        "peng",
        "xiao",
        "cai",
        "pan",
        "tian",
        "dong",
        "yuan",
        "yu",
        "ye",
        "jiang",
        "du",
        "su",
        "wei",
        "cheng",
        "lv",
        "lu",
        "ding",
        "shen",
        "ren",
        "yao",
        "fu",
        "zhong",
        "cui",
        "tan",
        "liao",
        "fan",
        "jin",
        "shi",
        "dai",
        "jia",
        "xia",
        "qiu",
        "fang",
        "hou",
        "zou",
        "xiong",
        "meng",
        "qin",
        "bai",
        "yan",
        "xue",
        "yin",
        "duan",
        "lei",
        "shao",
        "mao",
        "hao",
        "gong",
        "wan",
        "qian",
        "qin",
        "ouyang",
        "sima",
        "shangguan",
        "zhuge",
    ]
)


@dataclass(frozen=True, slots=True)
class NameForms:
    """key: simplified, without blanks. surname: its sound by ear. first, second: characters of the given name, empty for romanised names."""

    key: str
    sound: str
    turned: str
    near: str
    surname: str
    first: str
    second: str


def name_forms(name: str) -> NameForms:
    """All forms of a name; the same for its traditional, full-width or blank-filled spelling."""
    plain = _without_accents(normalise_name(name))
    if _LATIN.fullmatch(plain):
        return _latin(plain)
    key = matching_key(name.translate(VARIANTS)).translate(VARIANTS)
    size = 2 if key[:2] in _COMPOUND and len(key) > 2 else 1
    surname, given = key[:size], key[size:]
    sound = name_key(key)
    family = _reading(surname, sound, given)
    return NameForms(
        key,
        sound,
        sound[len(family) :] + family,
        by_ear(sound),
        by_ear(family),
        given[:1],
        given[1:2],
    )


def _without_accents(name: str) -> str:
    parts = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part)))


def by_ear(sound: str) -> str:
    """Pinyin without the differences that dialects drop: zh/z, ch/c, sh/s, ng/n, l/n, h/f. Idempotent."""
    before = ""
    while before != sound:
        before = sound
        for heard, written in _BY_EAR:
            sound = sound.replace(heard, written)
    return sound


def _reading(surname: str, sound: str, given: str) -> str:
    if surname in SURNAME_READINGS:
        return SURNAME_READINGS[surname]
    rest = name_key("王" + given)[len("wang") :]
    return sound[: len(sound) - len(rest)] if rest and sound.endswith(rest) else name_key(surname)


def _latin(name: str) -> NameForms:
    """Romanised: family name first where it is recognised; ``Wei ZHANG`` and ``Zhang Wei`` are one."""
    parts = [part for part in re.split(r"[ .]+", name) if part]
    plain = [re.sub(r"[^a-z]", "", part.lower()) for part in parts]
    if len(plain) < 2:
        sound = "".join(plain)
        return NameForms(sound, sound, sound, by_ear(sound), "", "", "")
    last_is_family = plain[-1] in _FAMILY and plain[0] not in _FAMILY
    if parts[-1].isupper() and not parts[0].isupper():
        last_is_family = True
    ordered = [plain[-1], *plain[:-1]] if last_is_family else plain
    sound, turned = "".join(ordered), "".join([*ordered[1:], ordered[0]])
    return NameForms(sound, sound, turned, by_ear(sound), by_ear(ordered[0]), "", "")
