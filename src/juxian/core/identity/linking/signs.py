"""Signs for and against two records being one person (证据): each a condition over two traces and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from juxian.core.identity.linking.conditions import (
    All,
    Any,
    Both,
    Condition,
    Crossed,
    Either,
    Not,
    Side,
    differ,
    same,
)
from juxian.core.identity.linking.traces import Trace
from juxian.core.text import Text

Speaks = Literal["for", "against"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence. speaks: which way it points; a hard one against forbids merging without a person."""

    name: str
    speaks: Speaks
    condition: Condition
    words: Text
    hard: bool = False


SAME_NAME = same("name")
SAME_SOUND = All(
    (Not(same("name")), Any((same("sound"), Crossed("turned", "sound"), Crossed("turned", "turned"))))
)
ONE_CHARACTER = All(
    (
        Not(same("sound")),
        same("surname"),
        Any((same("first"), same("second"), All((Crossed("first", "second"), Both(("second",)))))),
    )
)
SAME_BY_EAR = All((Not(same("sound")), same("near")))
SAME_NUMBER = same("number")
PARTIAL = Not(Both(("number",)))

SIGNS: tuple[Sign, ...] = (
    Sign("name", "for", SAME_NAME, Text("姓名相同", "the same name")),
    Sign("sound", "for", SAME_SOUND, Text("姓名同音", "names that sound the same")),
    Sign("ear", "for", SAME_BY_EAR, Text("姓名读音相近", "names that sound alike")),
    Sign("one_character", "for", ONE_CHARACTER, Text("同姓，名有一字相同", "the same family name and one character")),
    Sign("number", "for", SAME_NUMBER, Text("身份号码相同", "the same identity number")),
    Sign("passport", "for", same("passport"), Text("护照号码相同", "the same passport")),
    Sign("permit", "for", same("permit"), Text("其他证件号码相同", "the same number of another document")),
    Sign(
        "first15",
        "for",
        All((PARTIAL, same("first15"))),
        Text("身份号码前 15 位相同", "the first 15 digits of the identity number are the same"),
    ),
    Sign(
        "ends",
        "for",
        All((PARTIAL, same("tail4"), Not(differ("region4")))),
        Text("身份号码可见部分相同", "the visible parts of the identity number are the same"),
    ),
    Sign("region", "for", All((PARTIAL, same("region6"))), Text("身份号码前 6 位相同", "the same first six digits")),
    Sign("phone", "for", same("phone", "phone_also"), Text("电话相同", "the same telephone")),
    Sign("email", "for", same("email", "email_also"), Text("电子邮箱相同", "the same e-mail")),
    Sign("birth_day", "for", same("birth_day"), Text("出生日期相同", "the same date of birth")),
    Sign(
        "birth_month",
        "for",
        All((Not(Both(("birth_day",))), same("birth_month"))),
        Text("出生年月相同", "born in the same month"),
    ),
    Sign("employer", "for", same("employer"), Text("用人单位相同", "the same employer")),
    Sign("school", "for", same("school"), Text("毕业院校相同", "the same school")),
    Sign("native_place", "for", same("native_place"), Text("籍贯相同", "the same native place")),
    Sign("rare", "for", All((same("name"), Either("rare"))), Text("姓名少见", "a rare name")),
    Sign("other_name", "against", Not(Any((SAME_NAME, SAME_SOUND, SAME_BY_EAR, ONE_CHARACTER))),
         Text("姓名不同", "different names")),
    Sign("other_number", "against", differ("number"), Text("身份号码不同", "different identity numbers"), hard=True),
    Sign(
        "other_part",
        "against",
        All((PARTIAL, Any((differ("first15"), differ("region6"), differ("region4"), differ("tail4"))))),
        Text("身份号码可见部分不同", "the visible parts of the identity number differ"),
        hard=True,
    ),
    Sign("other_birth", "against", Any((differ("birth_day"), differ("birth_month"), differ("birth_year"))),
         Text("出生日期不同", "different dates of birth"), hard=True),
    Sign("other_gender", "against", differ("gender"), Text("性别不同", "different genders"), hard=True),
    Sign("one_sheet", "against", same("sheet"), Text("同一份名册中的两行", "two rows of one roster"), hard=True),
    Sign("contradicts", "against", Either("contradicts"),
         Text("有一方的身份号码与自身信息矛盾", "one contradicts its own identity number"), hard=True),
    Sign("homonym", "against", Either("homonym"),
         Text("已知有同名的不同人，或一份名册中有两行", "different persons of this name are known, or two rows of one roster"),
         hard=True),
    Sign("other_email", "against", differ("email", "email_also"), Text("电子邮箱不同", "different e-mails")),
    Sign("other_phone", "against", differ("phone", "phone_also"), Text("电话不同", "different telephones")),
    Sign("other_passport", "against", differ("passport"), Text("护照号码不同", "different passports")),
    Sign("other_employer", "against", differ("employer"), Text("用人单位不同", "different employers")),
    Sign("other_school", "against", differ("school"), Text("毕业院校不同", "different schools")),
    Sign("other_script", "for", All((SAME_SOUND, Either("first"), Not(Both(("first",))))),
         Text("一方为拼音，读音相同", "one is pinyin of the same sound")),
    Sign("listed", "for", Either("sheet"), Text("名册中只有一人如此", "a roster lists nobody else like this")),
)  # fmt: skip
BY_NAME = {sign.name: sign for sign in SIGNS}
BITS = {sign.name: 1 << place for place, sign in enumerate(SIGNS)}
HARD = frozenset(sign.name for sign in SIGNS if sign.hard)


def side(trace: Trace) -> Side:
    """A trace as the conditions read it."""
    return {name: getattr(trace, name) for name in Trace.__dataclass_fields__}


def signs_between(left: Side, right: Side) -> frozenset[str]:
    """The reference: names of the signs that hold; the same for the two sides exchanged."""
    return frozenset(sign.name for sign in SIGNS if sign.condition.holds(left, right))


def mask_of(names: Iterable[str]) -> int:
    """Signs as one whole number, as the database keeps them. Inverse of ``names_in``."""
    return sum(BITS[name] for name in set(names))


def names_in(mask: int) -> frozenset[str]:
    return frozenset(name for name, bit in BITS.items() if mask & bit)


def words_of(names: Iterable[str], language: str) -> list[str]:
    """Signs in words, those against last."""
    found = [BY_NAME[name] for name in BY_NAME if name in set(names)]
    return [
        sign.words.in_language(language) for sign in sorted(found, key=lambda sign: sign.speaks == "against")
    ]


def mask_sql(left: str = "l.", right: str = "r.") -> str:
    """``mask_of(signs_between(…))`` as one SQL expression over the columns of two traces."""
    return " + ".join(
        f"(case when {sign.condition.sql(left, right)} then {BITS[sign.name]}::bigint else 0 end)"
        for sign in SIGNS
    )
