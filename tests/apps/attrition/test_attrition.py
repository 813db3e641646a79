"""Warnings come from recorded facts, show them, and stay as the office left them (流失预警)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juxian.apps.attrition.actions import follow_up, look_everywhere, look_for_warnings
from juxian.apps.attrition.models import AttritionWarning, FollowUp
from juxian.apps.attrition.queries import signs_of, standing_figures, warnings_visible_to
from juxian.apps.audit.models import AuditEntry
from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Person
from juxian.apps.privacy.actions import retain
from juxian.apps.privacy.queries.copies import subject_export
from juxian.core.packs.attrition import Signal
from juxian.core.text import Text
from tests.factories import SourceFactory, UserFactory
from tests.web.places import Place, make_place

DAY = date(2022, 6, 1)


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    return make_place()


def contract(place: Place, since: date, months: int | None) -> FactDraft:
    value: dict[str, Any] = {"employer": place.employer.code, "position": "医师", "full_time": True}
    if months is not None:
        value["contract_months"] = months
    return FactDraft("employment", value, since)


def employed(place: Place, since: date, months: int | None, name: str = "测试甲") -> Person:
    """A person whose newest post has this contract."""
    return place.person(name, facts=[contract(place, since, months)])


def warned(place: Place, signal: str) -> list[Person]:
    return [item.person for item in AttritionWarning.objects.filter(signal=signal, cleared_on=None)]


@pytest.mark.parametrize(
    ("since", "months", "expected"),
    [
        (date(2019, 12, 1), 36, True),  # ends 2022-12-01, the last day of the six months
        (date(2019, 12, 2), 36, False),
        (date(2019, 3, 1), 36, True),  # ended 2022-03-01, three months ago
        (date(2019, 2, 28), 36, False),
        (date(2019, 12, 1), None, False),  # not recorded: no warning
    ],
)
def test_a_contract_warns_within_its_months(
    place: Place, since: date, months: int | None, expected: bool
) -> None:
    person = employed(place, since, months)

    assert look_for_warnings(home=place.root, day=DAY) == (int(expected), 0)
    assert warned(place, "contract-ends") == [person] * expected


def test_a_later_contract_clears_the_warning_of_the_earlier(place: Place) -> None:
    person = employed(place, date(2019, 9, 1), 36)
    look_for_warnings(home=place.root, day=DAY)
    first = AttritionWarning.objects.get()
    record_facts(person=person, facts=[contract(place, date(2022, 5, 1), 60)], source=SourceFactory())

    assert look_for_warnings(home=place.root, day=DAY) == (0, 1)

    first.refresh_from_db()
    assert first.cleared_on == DAY
    assert look_for_warnings(home=place.root, day=DAY) == (0, 0)


def test_who_has_left_and_whose_status_is_unknown_warn_of_nothing(place: Place) -> None:
    person = employed(place, date(2019, 9, 1), 36)
    person.profile.status = None
    person.profile.save()

    assert look_for_warnings(home=place.root, day=DAY) == (0, 0)


def test_service_programmes_and_a_stay_abroad_warn(place: Place) -> None:
    facts = [
        FactDraft("introduction", {"mode": "full_time", "service_months": 60}, date(2017, 9, 1)),
        FactDraft("overseas", {"country": "新西兰"}, date(2022, 1, 1)),
    ]
    person = place.person(facts=facts)

    look_for_warnings(home=place.root, day=DAY)

    rows = AttritionWarning.objects.order_by("signal").values_list("signal", "day", "person")
    assert list(rows) == [
        ("gone-abroad", date(2022, 1, 1), person.pk),
        ("service-met", date(2022, 9, 1), person.pk),
    ]
    assert standing_figures(place.root) == {"gone-abroad": 1, "service-met": 1}


def test_a_condition_holds_for_those_who_are_known_to_fit(place: Place) -> None:
    young = Signal("young", Text("青年"), "condition", condition="年龄 <= 35")
    person, unknown = place.person(), place.person("测试乙")
    unknown.profile.birth_date = None
    unknown.profile.save()

    assert list(signs_of(young, place.root, DAY)) == [person.pk]


def test_what_was_done_stays_while_the_reason_stands(place: Place) -> None:
    employed(place, date(2019, 9, 1), 36)
    look_for_warnings(home=place.root, day=DAY)
    item, by = AttritionWarning.objects.get(), UserFactory()

    follow_up(warning=item, state="settled", words="已谈话，拟续聘", by=by)
    assert look_everywhere() == "0 raised, 0 cleared"

    item.refresh_from_db()
    assert (item.state, item.cleared_on) == ("settled", None)
    assert FollowUp.objects.get().words == "已谈话，拟续聘"
    entry = AuditEntry.objects.get(action="attrition.followed_up")
    assert (entry.detail, entry.reason) == ({"signal": "contract-ends", "state": "settled"}, "已谈话，拟续聘")


def test_a_merge_carries_warnings_and_leaves_a_second_one_behind(place: Place) -> None:
    keep, drop = employed(place, date(2019, 9, 1), 36), employed(place, date(2019, 9, 1), 36)
    look_for_warnings(home=place.root, day=DAY)
    by = UserFactory()

    merge = merge_persons(keep=keep, drop=drop, by=by)

    assert [item.person for item in AttritionWarning.objects.standing()] == [keep]
    unmerge(merge=merge, by=by, reason="两个人")
    assert AttritionWarning.objects.standing().count() == 2


def test_office_and_leaders_alone_see_them_and_the_person_has_a_copy(place: Place) -> None:
    person = employed(place, date(2019, 9, 1), 36)
    look_for_warnings(home=place.root, day=DAY)

    assert warnings_visible_to(place.user("office")).count() == 1
    assert warnings_visible_to(place.user("leader")).count() == 1
    assert not warnings_visible_to(place.user("employer")).exists()
    assert not warnings_visible_to(place.user("person", person=person)).exists()
    assert [row["signal"] for row in subject_export(person)["attrition_warnings"]] == ["contract-ends"]


def test_cleared_warnings_are_kept_for_their_time(place: Place) -> None:
    person = employed(place, date(2019, 9, 1), 36)
    look_for_warnings(home=place.root, day=DAY)
    AttritionWarning.objects.filter(person=person).update(cleared_on=DAY)

    assert retain(home=place.root, day=date(2024, 5, 31)).erased == 0
    assert retain(home=place.root, day=date(2024, 6, 1)).erased == 1
    assert not AttritionWarning.objects.exists()
