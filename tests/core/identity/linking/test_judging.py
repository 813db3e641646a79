"""The hard cases of registers: what may be merged alone, what is asked, what never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity.linking.judging import Zone, judge
from juxian.core.identity.linking.signs import SIGNS, mask_of, names_in, side, signs_between
from juxian.core.identity.linking.traces import Trace
from juxian.core.identity.linking.weighing import Weights
from tests.core.identity.linking.people import BIRTH, seen, traces

NUMBER, OTHER_NUMBER = "620201199001011232", "620201199001011259"
PHONE = "13912345678"


def zone(left: dict[str, int], right: dict[str, int]) -> tuple[Zone, str]:
    found = judge(signs_between(left, right), Weights().between(left, right))
    return found.zone, found.evidence


def test_twins_with_names_of_one_sound_are_asked() -> None:
    one = seen("张雨欣", birth=BIRTH, phones=(PHONE,), employer="一中")
    other = seen("张雨鑫", birth=BIRTH, phones=(PHONE,), employer="一中")

    assert zone(one, other) == (Zone.ASKED, "sound_and_more")


def test_father_and_son_with_one_telephone_stay_apart() -> None:
    father = seen("张建国", birth=BIRTH.replace(year=1958), phones=(PHONE,), employer="一中")
    son = seen("张建军", birth=BIRTH, phones=(PHONE,), employer="一中")

    assert zone(father, son)[0] is Zone.APART


def test_one_name_and_birthday_in_one_school_is_asked() -> None:
    one = seen("张伟", birth=BIRTH, employer="一中")

    assert zone(one, seen("张伟", birth=BIRTH, employer="一中")) == (Zone.ASKED, "name_birth_employer")


def test_a_known_homonym_is_not_merged_by_contact() -> None:
    one = seen("张伟", birth=BIRTH, phones=(PHONE,), homonym=1)
    other = seen("张伟", birth=BIRTH, phones=(PHONE,))

    assert zone(one, other) == (Zone.ASKED, "contact")
    assert zone({**one, "homonym": 0}, other) == (Zone.AUTOMATIC, "contact")


def test_a_changed_name_on_one_number_is_asked() -> None:
    one, other = (seen(name, numbers=(("resident_id", NUMBER),)) for name in ("张招弟", "张诗涵"))

    assert zone(one, other) == (Zone.ASKED, "number_other_name")


def test_a_number_copied_down_is_asked() -> None:
    owner = seen("张伟", numbers=(("resident_id", NUMBER),))
    copied = seen("张伟", numbers=(("resident_id", NUMBER),), birth=BIRTH)

    assert zone(owner, copied) == (Zone.ASKED, "number_and_name")


def test_passport_and_permanent_residence_of_one_foreigner_are_one() -> None:
    before = seen(
        "Anna Müller", numbers=(("passport", "C01X00T47"),), birth=BIRTH, emails=("a.m@example.org",)
    )
    after = seen(
        "MULLER ANNA",
        numbers=(("permanent_residence", "DEU110085070101"),),
        birth=BIRTH,
        emails=("a.m@example.org",),
    )

    assert zone(before, after) == (Zone.AUTOMATIC, "sound_contact")


def test_two_valid_numbers_are_never_one() -> None:
    one = seen("张伟", numbers=(("resident_id", NUMBER),), phones=(PHONE,), emails=("a@b.cn",))
    other = seen("张伟", numbers=(("resident_id", OTHER_NUMBER),), phones=(PHONE,), emails=("a@b.cn",))

    assert zone(one, other)[0] is Zone.APART


def test_two_rows_of_one_roster_are_not_merged_alone() -> None:
    one, other = (seen("张伟", birth=BIRTH, phones=(PHONE,), sheet=7) for _row in range(2))

    assert zone(one, other) == (Zone.ASKED, "contact")


def test_visible_parts_that_differ_forbid() -> None:
    one = seen("李梓瑶", damaged="430822********2417", birth=BIRTH, phones=(PHONE,))
    other = seen("李梓瑶", damaged="530102********2417", birth=BIRTH, phones=(PHONE,))

    assert zone(one, other)[0] is not Zone.AUTOMATIC


@given(traces(), traces(), st.floats(-30, 60))
def test_judging_is_symmetric(left: Trace, right: Trace, weight: float) -> None:
    ours, theirs = side(left), side(right)

    assert signs_between(ours, theirs) == signs_between(theirs, ours)
    assert Weights().between(ours, theirs) == Weights().between(theirs, ours)


@given(st.sets(st.sampled_from([sign.name for sign in SIGNS])), st.floats(-30, 60))
def test_a_hard_sign_against_is_never_overruled_by_weight(names: set[str], weight: float) -> None:
    hard = {sign.name for sign in SIGNS if sign.hard} - {"homonym"}

    if hard & names:
        assert judge(frozenset(names), weight).zone is not Zone.AUTOMATIC


@given(st.sets(st.sampled_from([sign.name for sign in SIGNS])))
def test_a_mask_keeps_every_sign(names: set[str]) -> None:
    assert names_in(mask_of(names)) == names


@pytest.mark.parametrize("weight", [4.9, -40.0])
def test_the_weight_must_agree(weight: float) -> None:
    signs = frozenset(("name", "phone", "birth_day"))

    assert judge(signs, weight).zone is not Zone.AUTOMATIC
    assert judge(signs, 5.0).zone is Zone.AUTOMATIC


def test_a_name_with_birthday_and_employer_that_a_roster_lists_once_is_merged() -> None:
    one = seen("张伟", birth=BIRTH, employer="一中", sheet=1)
    other = seen("张伟", birth=BIRTH, employer="一中", sheet=2)

    assert zone(one, other) == (Zone.AUTOMATIC, "listed_once")
    assert zone(one | {"homonym": 1}, other) == (Zone.ASKED, "name_birth_employer")


@pytest.mark.parametrize(
    "against", [{"phones": ("13712345679",)}, {"emails": ("b@example.org",)}, {"school": "乙大学"}]
)
def test_a_contradiction_is_asked_although_a_roster_lists_the_name_once(against: dict[str, object]) -> None:
    own = {"phones": (PHONE,), "emails": ("a@example.org",), "school": "甲大学"}
    one = seen("张伟", birth=BIRTH, employer="一中", sheet=1, **own)

    found = zone(one, seen("张伟", birth=BIRTH, employer="一中", sheet=2, **against))

    assert found[0] is Zone.ASKED


def test_pinyin_stands_for_characters_and_twins_do_not_for_one_another() -> None:
    one = seen("张雨欣", birth=BIRTH, employer="一中", sheet=1)

    assert zone(one, seen("Zhang Yuxin", birth=BIRTH, employer="一中", sheet=2))[1] == "listed_once"
    assert zone(one, seen("张雨鑫", birth=BIRTH, employer="一中", sheet=2)) == (Zone.ASKED, "sound_and_more")


MOVED = {"phones": (PHONE,), "employer": "一中"}
ELSEWHERE = {"phones": ("13712345679",), "employer": "二中"}


@pytest.mark.parametrize(
    ("own", "other", "found"),
    [
        ({"birth": BIRTH, **MOVED}, {"birth": BIRTH, "employer": "二中"}, Zone.ASKED),
        ({"birth": BIRTH, **MOVED}, {"birth": BIRTH, "phones": ELSEWHERE["phones"]}, Zone.AUTOMATIC),
        ({"birth": BIRTH, **MOVED}, {"birth": BIRTH, **ELSEWHERE, "school": "甲大学"}, Zone.ASKED),
        ({"birth": BIRTH, **MOVED}, {"birth": BIRTH.replace(day=9), **ELSEWHERE}, Zone.APART),
        ({"phones": (PHONE,), "employer": "一中"}, {"phones": (PHONE,), "employer": "二中"}, Zone.AUTOMATIC),
        ({"birth": BIRTH, "employer": "一中"}, {}, Zone.ASKED),
    ],
)
def test_a_rare_name_that_rosters_list_once(
    own: dict[str, object], other: dict[str, object], found: Zone
) -> None:
    one = seen("欧阳景岚", sheet=1, **own) | {"rare": 1}
    second = seen("欧阳景岚", sheet=2, **other) | {"rare": 1}

    assert zone(one, second)[0] is found


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"employer": "一中"}, (Zone.ASKED, "name_employer")),
        ({"employer": "一中", "homonym": 1}, (Zone.APART, "name_employer")),
        ({"employer": "二中", "school": "甲大学"}, (Zone.APART, "other")),
    ],
)
def test_a_common_name_at_one_employer_is_asked_where_it_stands_once(
    other: dict[str, object], found: tuple[Zone, str]
) -> None:
    one = seen("张伟", sheet=1, employer="一中", school="甲大学", birth=BIRTH)
    homonym = {"homonym": other.pop("homonym", 0)}

    assert zone(one, seen("张伟", sheet=2, **other) | homonym) == found


def test_pinyin_with_one_thing_more_is_asked() -> None:
    one = seen("张雨欣", employer="一中", birth=BIRTH, sheet=1)

    assert zone(one, seen("Zhang Yuxin", employer="一中", sheet=2)) == (Zone.ASKED, "script")
    assert zone(one, seen("Zhang Yuxin", employer="二中", sheet=2))[0] is Zone.APART


def test_another_name_with_contact_and_birthday_is_asked() -> None:
    one = seen("张伟", phones=(PHONE,), birth=BIRTH, sheet=1)

    assert zone(one, seen("李国强", phones=(PHONE,), birth=BIRTH, sheet=2)) == (
        Zone.ASKED,
        "contact_other_name",
    )
    assert zone(one, seen("李国强", phones=(PHONE,), sheet=2))[0] is Zone.APART


def test_a_number_copied_down_is_asked_about_where_a_contact_says_the_contrary() -> None:
    copied = {"numbers": (("resident_id", OTHER_NUMBER),), "birth": BIRTH.replace(year=1980)}
    one = seen("张伟", numbers=(("resident_id", NUMBER),), phones=(PHONE,), employer="一中")

    assert zone(one, seen("张伟", phones=(PHONE,), employer="一中", **copied))[0] is Zone.ASKED
    assert zone(one, seen("张伟", employer="一中", **copied))[0] is Zone.APART
