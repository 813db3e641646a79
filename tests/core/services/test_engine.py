"""Single rules of the transition function, where a walk does not show them (流转规则)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from juxian.core.services import (
    CLOCK,
    Action,
    Actor,
    CaseRefused,
    CaseState,
    Mark,
    Service,
    Why,
    act,
    check_units,
    materials_needed,
    open_case,
    possible_actions,
    redate,
    render_letter,
)
from juxian.core.services.answers import Need, check_answers
from juxian.core.services.definition import EffectKind, Role
from juxian.core.workdays import Calendar, Deadline, from_chinesecalendar
from tests.core.services.place import CALENDAR, EXAMPLES, at, example, read

PERSON = Actor("张伟", Role.PERSON, frozenset({"applicant"}))
UNIT = Actor("单位", Role.EMPLOYER, frozenset({"employer"}))
STAFF = Actor("人社", Role.DEPARTMENT, frozenset({"unit:human-resources"}))
MONEY = Actor("财政", Role.DEPARTMENT, frozenset({"unit:finance"}))
OFFICE = Actor("甲", Role.OFFICE, frozenset({"office"}))
SECOND = Actor("乙", Role.OFFICE, frozenset({"office"}))
PROFILE = {
    "name": "张伟",
    "degree": "doctor",
    "introduction_mode": "full_time",
    "introduced_on": "2025-09-01",
    "home_owned": True,
}
ANSWERS = {"mobile": "13800138000", "married": False, "claimed": "2万元", "account": "6222"}


def submitted(when: str = "2026-03-02 09:00", calendar: Calendar = CALENDAR) -> CaseState:
    service = example("settlement-claim")
    case = open_case(service, PERSON, at(when), calendar, PROFILE).case
    action = Action("submit", answers=ANSWERS, held=frozenset({"employment", "education"}))
    return act(service, case, action, PERSON, at(when), calendar).case


def checking() -> CaseState:
    return act(
        example("settlement-claim"), submitted(), Action("endorse"), UNIT, at("2026-03-02 09:30"), CALENDAR
    ).case


def why(case: CaseState, action: Action, by: Actor, when: str = "2026-03-03 09:00") -> Why:
    with pytest.raises(CaseRefused) as refused:
        act(example("settlement-claim"), case, action, by, at(when), CALENDAR)
    return refused.value.why


def test_a_case_opens_with_everything_that_is_known():
    case = open_case(example("settlement-claim"), PERSON, at("2026-03-02 09:00"), CALENDAR, PROFILE).case

    assert case.answers == {"full_name": "张伟", "education": "doctor", "moved_in": "2025-09-01"}


def test_a_case_keeps_no_more_of_the_profile_than_its_definition_reads():
    case = open_case(example("settlement-claim"), PERSON, at("2026-03-02 09:00"), CALENDAR, PROFILE).case

    assert set(case.profile) == {"name", "degree", "introduction_mode", "introduced_on"}


def test_who_may_not_apply_cannot_open_a_case():
    with pytest.raises(CaseRefused) as refused:
        open_case(example("settlement-claim"), OFFICE, at("2026-03-02 09:00"), CALENDAR)

    assert refused.value.why is Why.NOT_YOURS


def test_a_case_is_not_moved_by_another_version_of_its_definition():
    assert why(replace(submitted(), definition="0" * 64), Action("endorse"), UNIT) is Why.OTHER_VERSION


def test_nobody_but_the_clock_says_that_a_period_has_ended():
    case = submitted()

    assert why(case, Action("due", "endorse"), UNIT, "2026-04-01 09:00") is Why.NOT_YOURS
    assert why(case, Action("due", "endorse"), CLOCK) is Why.NOT_DUE
    assert why(case, Action("due", "decide"), CLOCK) is Why.NO_SUCH_TASK


def test_a_delay_is_told_once():
    service, case = example("settlement-claim"), submitted()
    late = at("2026-04-01 00:00")

    told = act(service, case, Action("due", "endorse"), CLOCK, late, CALENDAR)

    assert [event.action for event in told.events] == ["overdue"]
    assert told.case.due_timers(late.date()) == ()
    assert why(told.case, Action("due", "endorse"), CLOCK, "2026-04-02 00:00") is Why.NOT_DUE


def test_a_provisional_deadline_does_nothing_until_the_notice_is_out():
    service, calendar = example("settlement-claim"), from_chinesecalendar([2025])
    case = submitted("2025-12-30 09:00", calendar)
    timer = case.timer("endorse")
    assert timer.deadline == Deadline(date(2026, 1, 6), provisional=True)

    with pytest.raises(CaseRefused) as refused:
        act(service, case, Action("due", "endorse"), CLOCK, at("2026-01-20 00:00"), calendar)

    assert case.due_timers(date(2026, 1, 20)) == ()
    assert refused.value.why is Why.PROVISIONAL


def test_a_notice_re_dates_a_case_and_the_history_says_so():
    case = submitted("2025-12-30 09:00", from_chinesecalendar([2025]))

    outcome, moved = redate(case, CALENDAR, at("2025-12-31 12:00"))

    # 1 to 3 January and 15 to 23 February off; 4 January, 14 and 28 February worked
    assert [(timer.key, timer.deadline, before.day) for timer, before in moved] == [
        ("service", Deadline(date(2026, 3, 3)), date(2026, 2, 24)),
        ("endorse", Deadline(date(2026, 1, 7)), date(2026, 1, 6)),
    ]
    assert outcome.case.version == case.version + 1
    assert outcome.events[0].detail["endorse"] == ["2026-01-06", "2026-01-07"]
    assert redate(outcome.case, CALENDAR, at("2025-12-31 12:00"))[1] == []


def test_a_task_has_to_be_named_where_several_are_open():
    case = checking()

    assert why(case, Action("pass"), STAFF) is Why.NO_SUCH_TASK
    assert why(case, Action("pass", "staff"), MONEY) is Why.NOT_YOURS
    assert why(case, Action("grant", "staff"), STAFF) is Why.NO_SUCH_ACTION


def test_the_second_person_may_reject_with_a_reason():
    service, case = example("settlement-claim"), checking()
    for branch, by in (("staff", STAFF), ("money", MONEY)):
        case = act(service, case, Action("pass", branch), by, at("2026-03-03 09:00"), CALENDAR).case
    case = act(service, case, Action("refuse", reason="不符"), OFFICE, at("2026-03-03 10:00"), CALENDAR).case
    assert [item.action for item in possible_actions(service, case, OFFICE)] == []
    assert [item.action for item in possible_actions(service, case, SECOND)] == ["confirm", "reject"]
    assert why(case, Action("reject"), SECOND) is Why.REASON_NEEDED

    case = act(
        service, case, Action("reject", reason="请复核合同"), SECOND, at("2026-03-03 11:00"), CALENDAR
    ).case

    assert case.state == "decide"
    assert [item.action for item in possible_actions(service, case, OFFICE)] == [
        "grant",
        "refuse",
        "escalate",
    ]
    assert case.history[-1].detail == {"proposed": "refuse"}


def test_a_notice_cannot_be_cut_short():
    service, case = example("settlement-claim"), checking()
    case = replace(case, answers={**case.answers, "claimed": 4_000_000})
    for branch, by in (("staff", STAFF), ("money", MONEY)):
        case = act(service, case, Action("pass", branch), by, at("2026-03-03 09:00"), CALENDAR).case
    for name, by in (("grant", OFFICE), ("confirm", SECOND)):
        case = act(service, case, Action(name), by, at("2026-03-03 09:00"), CALENDAR).case

    assert case.state == "notice"
    assert [item.action for item in possible_actions(service, case, OFFICE)] == ["object"]
    assert why(case, Action("quiet"), OFFICE, "2026-03-04 09:00") is Why.NOT_DUE


def test_two_departments_may_ask_at_once_and_one_answer_serves_both():
    service, case = example("settlement-claim"), checking()
    for branch, by, mark in (("staff", STAFF, "contract"), ("money", MONEY, "account")):
        action = Action("return", branch, marks=(Mark(mark, "看不清"),))
        outcome = act(service, case, action, by, at("2026-03-03 09:00"), CALENDAR)
        case = outcome.case
    assert outcome.messages[0].values["marked"].zh == "银行账号（看不清）"
    half = Action("supplement", answers={"account": "6333"})
    with pytest.raises(CaseRefused) as refused:
        act(service, case, half, PERSON, at("2026-03-05 09:00"), CALENDAR)
    assert set(refused.value.fields) == {"contract"}

    whole = replace(half, materials={"contract": ("f9",)})
    case = act(service, case, whole, PERSON, at("2026-03-05 09:00"), CALENDAR).case

    assert case.marks == ()
    assert {timer.key: timer.deadline.day for timer in case.timers} == {
        "service": date(2026, 4, 30), "checks/staff": date(2026, 3, 18), "checks/money": date(2026, 3, 18),
    }  # fmt: skip
    assert case.history[-1].detail == {"changed": ["account", "contract"]}


def test_a_field_that_a_supplement_brings_up_may_be_filled_in():
    service, case = example("settlement-claim"), submitted()
    case = act(
        service, case, Action("return", marks=(Mark("married"),)), UNIT, at("2026-03-03 09:00"), CALENDAR
    ).case
    action = Action(
        "supplement", answers={"married": True, "spouse_name": "李敏"}, materials={"marriage": ("f1",)}
    )

    case = act(service, case, action, PERSON, at("2026-03-04 09:00"), CALENDAR).case

    assert case.answers["spouse_name"] == "李敏"


def test_an_officer_may_act_for_the_applicant_and_the_history_tells():
    service = example("settlement-claim")
    helper = Actor("专员", Role.PERSON, frozenset({"applicant"}), on_behalf="张伟")

    case = act(service, submitted(), Action("withdraw"), helper, at("2026-03-03 09:00"), CALENDAR).case

    assert (case.history[-1].by, case.history[-1].on_behalf) == ("专员", "张伟")


def test_effects_carry_values_days_and_a_key_of_their_own():
    service = example("talent-card")
    case = open_case(
        service, PERSON, at("2026-03-02 09:00"), CALENDAR, {"talent_level": "b", "name": "张伟"}
    ).case
    case = act(service, case, Action("submit", answers={"by_post": False}, materials={"photo": ("f1",)}), PERSON, at("2026-03-02 09:00"), CALENDAR).case  # fmt: skip

    outcome = act(service, case, Action("grant"), OFFICE, at("2026-03-03 09:00"), CALENDAR)

    effect = outcome.effects[0]
    assert (effect.kind, effect.target, effect.values) == (EffectKind.FACT, "card", {"card": "talent_card"})
    assert (effect.since, effect.until, effect.key) == (date(2026, 3, 3), date(2031, 3, 3), "3:grant:1")


def test_hidden_answers_are_dropped_and_wrong_ones_told_in_their_own_words():
    service = example("settlement-claim")
    given = ANSWERS | {
        "full_name": "张伟",
        "education": "博士",
        "moved_in": "2025-09-31",
        "spouse_name": "李敏",
        "mobile": "12",
        "x": 1,
    }

    checked = check_answers(service, given, {}, date(2026, 3, 2))

    assert "spouse_name" not in checked.values
    assert {name: text.zh for name, text in checked.wrong.items()} == {
        "moved_in": "没有“2025-09-31”这一天", "mobile": "不是电话号码", "x": "表单没有这一项",
    }  # fmt: skip


def test_a_material_held_already_is_not_asked_for():
    service = example("settlement-claim")

    needs = materials_needed(service, {"married": True}, {}, {"education"}, date(2026, 3, 2))

    assert needs == {"contract": Need.REQUIRED, "diploma": Need.HELD, "marriage": Need.REQUIRED}
    assert (
        materials_needed(service, {"married": False}, {}, (), date(2026, 3, 2))["marriage"] is Need.NOT_NEEDED
    )
    assert materials_needed(service, {}, {}, (), date(2026, 3, 2))["marriage"] is Need.OPTIONAL


def test_a_letter_fills_in_its_placeholders_in_both_languages():
    letter = example("settlement-claim").letters["refusal"]

    zh = render_letter(letter, {"applicant": "张伟", "reason": "未参保 {phone}"}, "zh-hans")
    en = render_letter(letter, {"applicant": "Zhang Wei", "reason": "not insured", "phone": "96567"}, "en")

    assert zh == ("申请未获核准", "张伟：申请未获核准。理由：未参保 {phone}。如有疑问请致电 —。")
    assert en == (
        "Your application was refused",
        "Zhang Wei, your application was refused: not insured. Questions? 96567",
    )


def test_a_step_whose_unit_a_place_does_not_have_is_told():
    service = example("settlement-claim")

    problems = check_units(service, ["finances", "housing"])

    assert [(problem.code, problem.span.line, problem.message.en) for problem in problems] == [
        ("S138", line("settlement-claim", "      staff:"), "“Human resources” is done by human-resources, which this place does not have"),
        ("S138", line("settlement-claim", "      money:"), "“Finance” is done by finance, which this place does not have"),
    ]  # fmt: skip
    assert check_units(service, ["finance", "housing", "human-resources"]) == []


def line(name: str, beginning: str) -> int:
    lines = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8").split("\n")
    return next(number for number, text in enumerate(lines, start=1) if text.startswith(beginning))


@pytest.mark.parametrize(
    ("join", "results", "state"),
    [
        ("all", ["fail", "pass"], "refused"),
        ("all", ["pass", "pass"], "decide"),
        ("all", ["fail"], "checks"),
        ("first_fail", ["fail"], "refused"),
        ("first_fail", ["pass"], "checks"),
        ("any", ["pass"], "decide"),
        ("any", ["fail", "fail"], "refused"),
        ("any", ["fail"], "checks"),
        ("any", ["fail", "pass"], "decide"),
    ],
)
def test_a_parallel_step_is_over_by_its_join(join, results, state):
    service = joined_by(join)
    case = replace(checking(), definition=service.digest)

    for (branch, by), result in zip((("staff", STAFF), ("money", MONEY)), results, strict=False):
        case = act(
            service, case, Action(result, branch, reason="理由"), by, at("2026-03-03 09:00"), CALENDAR
        ).case

    assert case.state == state


def joined_by(join: str) -> Service:
    text = (EXAMPLES / "settlement-claim.yaml").read_text(encoding="utf-8")
    service, problems = read(text.replace("join: all", f"join: {join}"))
    assert problems == []
    return service


def test_a_case_that_is_led_back_to_the_form_rests_until_it_is_submitted_again():
    service, problems = read("""\
service: ring
title: {zh: 环, en: Ring}
audience: [person]
deadline: 10
steps:
  apply: {kind: apply, title: {zh: 申请, en: Apply}, who: {role: person}, goes: {submit: check}}
  check:
    kind: check
    title: {zh: 审核, en: Check}
    who: {role: office}
    goes: {pass: done, again: {to: apply, title: {zh: 重填, en: Fill in again}}}
ends:
  done: {title: {zh: 办结, en: Done}, result: closed, letter: done}
letters:
  done: {subject: {zh: 办结, en: Done}, body: {zh: 办结, en: Done}}
""")
    assert problems == []
    case = open_case(service, PERSON, at("2026-03-02 09:00"), CALENDAR).case
    days = []
    for name, by, when in (
        ("submit", PERSON, "2026-03-02"),
        ("again", OFFICE, "2026-03-03"),
        ("submit", PERSON, "2026-03-10"),
    ):
        case = act(service, case, Action(name), by, at(f"{when} 10:00"), CALENDAR).case
        days.append((case.timer("service").deadline.day, case.timer("service").term.paused))

    # 4 to 10 March, five working days, rest
    assert days == [(date(2026, 3, 16), False), (date(2026, 3, 16), True), (date(2026, 3, 23), False)]
