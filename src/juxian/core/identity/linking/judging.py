"""May two records be merged (判定): evidence rules above the weight, since a weight alone merges wrongly.

``judge`` looks at the signs first and at the weight second. Each answer names its evidence class, so that thousands of
like cases are one question. Source: measurements in docs/en/explanation/linking.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from juxian.core.identity.linking.signs import HARD
from juxian.core.text import Text

AUTOMATIC_WEIGHT, ASKED_WEIGHT = 5.0, 0.0
Signs = frozenset[str]


class Zone(StrEnum):
    """What may happen to a pair (处置)."""

    AUTOMATIC = "automatic"
    ASKED = "asked"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class EvidenceClass:
    """Pairs of one kind of evidence, asked about together (证据类别). safe: may be merged without a person."""

    name: str
    words: Text
    holds: Callable[[Signs], bool]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    zone: Zone
    evidence: str


NAMED = frozenset(("name", "sound"))
NUMBERS = frozenset(("number", "passport", "permit"))
# the identifiers that are independent of one another; a phone and an e-mail have different owners less often than names
STRONG = ("first15", "ends", "phone", "email", "birth_day")
WEAK = ("birth_month", "employer", "school", "native_place")


def _has(*names: str) -> Callable[[Signs], bool]:
    wanted = frozenset(names)
    return lambda signs: wanted <= signs


def _named(signs: Signs) -> bool:
    return not NAMED.isdisjoint(signs)


def _count(signs: Signs, names: tuple[str, ...]) -> int:
    """Independent ones: what is read off one identity number counts once with the birthday in it."""
    found = sum(name in signs for name in names)
    if "first15" in signs and "birth_day" in signs and "birth_day" in names:
        found -= 1
    return found


def _contact_and_more(signs: Signs) -> bool:
    contact = "phone" in signs or "email" in signs
    return "name" in signs and contact and _count(signs, STRONG + WEAK) >= 2


def _partial_and_more(signs: Signs) -> bool:
    partial = "first15" in signs or "ends" in signs
    return "name" in signs and partial and _count(signs, STRONG + WEAK) >= 2


def _sound_and_contacts(signs: Signs) -> bool:
    """Twins have names of one sound, one birthday and a telephone of their parents: an e-mail, or a number, is needed."""
    return (
        "sound" in signs
        and "email" in signs
        and _count(signs, ("birth_day", "first15", "ends", "phone")) >= 1
    )


def _near_and_more(signs: Signs) -> bool:
    """Names that differ by a slip: the day of birth or a contact, and one thing more."""
    near = not {"one_character", "ear"}.isdisjoint(signs)
    strong = sum(name in signs for name in STRONG)
    return near and (strong >= 2 or (strong == 1 and "employer" in signs))


def _rare_and_three(signs: Signs) -> bool:
    """A rare name, the day of birth, and two of employer, school and native place."""
    return {"rare", "name", "birth_day"} <= signs and _count(
        signs, ("employer", "school", "native_place")
    ) >= 2


def _known_to_one_unit(signs: Signs) -> bool:
    """Name, day of birth, employer and school, and no contact that says otherwise."""
    return {"name", "birth_day", "employer", "school"} <= signs and signs.isdisjoint(
        ("other_phone", "other_email")
    )


def _listed_once(signs: Signs) -> bool:
    """A roster names nobody else like this, and nothing contradicts: who is missing a number in one roster is found in another.

    Two persons of one name and birthday stand as two rows in a roster that holds both, which makes them known homonyms
    (``corpus``). A rare name with its birthday may have changed its telephone, and its employer where one thing more is
    the same; with its month of birth, or a name that is not rare with its birthday and school, the telephone while it stays
    with its employer. A telephone, an e-mail or most of an identity number needs no more than the name. Pinyin stands for the
    characters it sounds like, which twins do not.
    """
    if "listed" not in signs or not (HARD | {"other_email", "other_school"}).isdisjoint(signs):
        return False
    if "other_script" in signs:
        return "birth_day" in signs and not {"phone", "employer", "school", "first15"}.isdisjoint(signs)
    if "name" not in signs:
        return False
    return _held_by_contact(signs) or (_rare_and_more if "rare" in signs else _born_and_employed)(signs)


def _held_by_contact(signs: Signs) -> bool:
    """One telephone or e-mail and not another of the other kind, or fifteen digits of one identity number."""
    if "first15" in signs:
        return True
    return not {"phone", "email"}.isdisjoint(signs) and "other_phone" not in signs


def _rare_and_more(signs: Signs) -> bool:
    if "birth_day" in signs:
        return "other_employer" not in signs or not {"school", "native_place", "first15"}.isdisjoint(signs)
    if {"birth_month", "employer"} <= signs:
        return True
    found = [name for name in ("birth_month", "employer", "school") if name in signs]
    return "other_phone" not in signs and len(found) >= 2


def _born_and_employed(signs: Signs) -> bool:
    if {"birth_day", "employer"} <= signs:
        return "other_phone" not in signs or "school" in signs
    return {"birth_month", "employer", "school"} <= signs and "other_phone" not in signs


CLASSES: tuple[EvidenceClass, ...] = (
    EvidenceClass("number_and_name", Text("身份号码与姓名相同", "number and name"),
                  lambda signs: "number" in signs and _named(signs), safe=True),
    EvidenceClass("document_and_name", Text("其他证件号码与姓名相同", "another document and name"),
                  lambda signs: not {"passport", "permit"}.isdisjoint(signs) and _named(signs), safe=True),
    EvidenceClass("number_other_name", Text("号码相同、姓名不同（改名或抄错）", "one number, other names"),
                  lambda signs: not NUMBERS.isdisjoint(signs)),
    EvidenceClass("contact", Text("姓名、联系方式与另一项相同", "name, a contact and one thing more"),
                  _contact_and_more, safe=True),
    EvidenceClass("partial", Text("姓名、残缺号码与另一项相同", "name, a partial number and one thing more"),
                  _partial_and_more, safe=True),
    EvidenceClass("sound_contact", Text("同音、邮箱与另一项相同", "sound, e-mail and one thing more"),
                  _sound_and_contacts, safe=True),
    EvidenceClass("rare_name", Text("少见姓名、生日与两项相同", "rare name, birthday and two things more"),
                  _rare_and_three, safe=True),
    EvidenceClass("employer_and_school", Text("姓名、生日、单位、院校相同", "name, birthday, employer and school"),
                  _known_to_one_unit, safe=True),
    EvidenceClass("listed_once", Text("姓名、出生或单位相同，名册中别无同名者", "name, birth or employer, nobody else so in a roster"),
                  _listed_once, safe=True),
    EvidenceClass("name_birth_employer", Text("姓名、生日、单位相同", "name, birthday and employer"),
                  _has("name", "birth_day", "employer")),
    EvidenceClass("name_birth", Text("姓名、生日相同", "name and birthday"), _has("name", "birth_day")),
    EvidenceClass("name_contact", Text("姓名、联系方式相同", "name and a contact"),
                  lambda signs: "name" in signs and not {"phone", "email"}.isdisjoint(signs)),
    EvidenceClass("name_partial", Text("姓名、残缺号码相同", "name and a partial number"),
                  lambda signs: "name" in signs and not {"first15", "ends"}.isdisjoint(signs)),
    EvidenceClass("name_month_employer", Text("姓名、出生年月、单位相同", "name, month of birth and employer"),
                  _has("name", "birth_month", "employer")),
    EvidenceClass("name_month", Text("姓名、出生年月相同", "name and month of birth"), _has("name", "birth_month")),
    EvidenceClass("sound_and_more", Text("同音、生日与另一项相同", "sound, birthday and one thing more"),
                  lambda signs: "sound" in signs and _count(signs, STRONG + WEAK) >= 2),
    EvidenceClass("script", Text("拼音与汉字同音、另一项相同", "pinyin of the same sound and one thing more"),
                  lambda signs: "other_script" in signs and _count(signs, (*STRONG, "birth_month", "employer")) >= 1),
    EvidenceClass("near_and_more", Text("姓名相近、两项以上相同", "like names and more in common"), _near_and_more),
    EvidenceClass("contact_other_name", Text("联系方式、生日相同，姓名不同", "a contact and birthday, other names"),
                  lambda signs: {"other_name", "birth_day"} <= signs and not {"phone", "email"}.isdisjoint(signs)),
    EvidenceClass("name_employer", Text("姓名、单位相同", "name and employer"), _has("name", "employer")),
    EvidenceClass("other", Text("其他", "other"), lambda _signs: True),
)  # fmt: skip
CLASS_OF = {item.name: item for item in CLASSES}
_OF_ONE_UNIT = frozenset(("employer", "listed"))
_COPIED = frozenset(("contact", "name_contact", "name_employer"))


def judge(signs: Signs, weight: float) -> Judgement:
    """The zone of a pair and its evidence class. Two different numbers are asked about only where one contradicts its own row
    (a number copied down from the row above) and a contact or the employer says the contrary. Depends on the signs and the weight
    alone, so it is symmetric."""
    found = next(item for item in CLASSES if item.holds(signs))
    if "other_number" in signs:
        copied = "contradicts" in signs and found.name in _COPIED
        return Judgement(Zone.ASKED if copied else Zone.APART, found.name)
    hard = HARD & signs
    if found.safe and _not_forbidden(found, hard) and weight >= AUTOMATIC_WEIGHT:
        return Judgement(Zone.AUTOMATIC, found.name)
    if found.name == "other" and "rare" not in signs:
        return Judgement(Zone.APART, found.name)
    return Judgement(Zone.ASKED if _worth_asking(found, signs, hard, weight) else Zone.APART, found.name)


def _not_forbidden(found: EvidenceClass, hard: Signs) -> bool:
    """Homonyms do not matter where the number itself is the evidence."""
    return not (hard - {"homonym"} if found.name in ("number_and_name", "document_and_name") else hard)


def _worth_asking(found: EvidenceClass, signs: Signs, hard: Signs, weight: float) -> bool:
    """A hard sign against is asked about only where a document number or much else says the contrary."""
    if not NUMBERS.isdisjoint(signs):
        return True
    if {"other_birth", "other_part", "other_gender"} & hard:
        copied = "contradicts" in signs and found.name in _COPIED
        return copied or (_named(signs) and _count(signs, ("phone", "email", "first15")) >= 2)
    if "one_sheet" in hard:
        return found.safe
    if found.name == "name_employer" and "rare" not in signs:
        return not hard and signs >= _OF_ONE_UNIT
    return weight >= ASKED_WEIGHT or (not hard and "listed" in signs and _named(signs))
