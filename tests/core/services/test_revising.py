"""A running case under a new version of its definition (换用新版定义)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from juxian.core.services import (
    Action,
    CannotRevise,
    CaseRefused,
    Mark,
    Service,
    Why,
    act,
    obstacles,
    redate,
    revise,
)
from tests.core.services.place import CALENDAR, EXAMPLES, at, read
from tests.core.services.test_engine import OFFICE, STAFF, UNIT, checking, example, submitted

TEXT = (EXAMPLES / "settlement-claim.yaml").read_text(encoding="utf-8")
NOW = at("2026-03-04 09:00")


def version(*changes: tuple[str, str]) -> Service:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    service, problems = read(text)
    assert problems == []
    return service


def test_deadlines_take_the_new_periods_from_the_days_on_which_they_began():
    new = version(
        ("    deadline: 5\n    may_return", "    deadline: 8\n    may_return"),
    )
    case = submitted()
    assert case.timer("endorse").deadline.day == date(2026, 3, 9)

    outcome = revise(case, new, OFFICE, NOW, CALENDAR)

    assert outcome.case.timer("endorse").deadline.day == date(2026, 3, 12)
    assert [timer.key for timer in outcome.timers] == ["endorse"]
    assert outcome.events[0].detail == {"before": case.definition, "after": new.digest}
    assert act(new, outcome.case, Action("endorse"), UNIT, NOW, CALENDAR).case.state == "checks"


def test_a_deadline_that_was_dropped_stops_and_a_new_one_starts():
    without = version(
        ("deadline: {days: 40, letter: overdue}\n", ""), ("    deadline: 5\n    may_return", "    may_return")
    )

    dropped = revise(submitted(), without, OFFICE, NOW, CALENDAR)
    back = revise(dropped.case, example("settlement-claim"), OFFICE, NOW, CALENDAR)

    assert dropped.stopped == ("service", "endorse")
    assert [(timer.key, timer.deadline.day) for timer in back.timers] == [("endorse", date(2026, 3, 11))]


def test_pauses_are_kept():
    case = act(example("settlement-claim"), submitted(), Action("return", marks=(Mark("mobile"),)), UNIT, at("2026-03-03 09:00"), CALENDAR).case  # fmt: skip

    moved = revise(
        case, version(("days: 15, unit: calendar", "days: 20, unit: calendar")), OFFICE, NOW, CALENDAR
    ).case

    assert moved.timer("endorse").term.pauses == case.timer("endorse").term.pauses
    assert moved.timer("supplement:endorse").deadline.day == date(2026, 3, 23)
    assert redate(moved, CALENDAR, NOW)[1] == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((("      staff: {", "      people: {"),), ["新版没有岗位 checks/staff"]),
        ((("name: account,", "name: iban,"),), ["新版没有字段 account"]),
        ((("name: claimed, title: {zh: 申领金额, en: Amount claimed}, type: money", "name: claimed, title: {zh: 申领金额, en: Amount claimed}, type: boolean"),
          ("required_if: 申领金额 > 8万元", "required_if: 申领金额"), ("must: 申领金额 > 0元 and 申领金额 <= 10万元", "must: 申领金额"), ("only_if: 申领金额 > 5万元", "only_if: 申领金额"),
          ("when: 申领金额 >= 3万元", "when: 申领金额"), (", amount: claimed", ""), (", answers: {amount: claimed}", ""), ("{benefit: settlement}", "{benefit: settlement, amount: 1元}")), ["“申领金额”的类型已改变"]),
        ((("service: settlement-claim", "service: settlement"),), ["办件属于事项 settlement-claim"]),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_told_before_anything_moves(changes, told):
    case = checking()

    found = obstacles(case, version(*changes))

    assert [text.zh for text in found] == told
    with pytest.raises(CannotRevise) as refused:
        revise(case, version(*changes), OFFICE, NOW, CALENDAR)
    assert refused.value.obstacles == found


def test_a_state_that_is_gone_and_a_case_that_has_ended_stay():
    case = checking()

    assert obstacles(replace(case, state="board"), version())[0].en == "the new version has no step board"
    assert obstacles(replace(case, result="refused"), version())[0].zh == "办件已办结"


def test_the_old_version_no_longer_moves_a_revised_case():
    new = version(("    deadline: 5\n    may_return", "    deadline: 8\n    may_return"))
    moved = revise(checking(), new, OFFICE, NOW, CALENDAR).case

    with pytest.raises(CaseRefused) as refused:
        act(example("settlement-claim"), moved, Action("pass", "staff"), STAFF, NOW, CALENDAR)

    assert refused.value.why is Why.OTHER_VERSION
