"""Whatever people do, in whatever order, a case stays in a known state (任意流转)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.services import (
    CLOCK,
    Action,
    Actor,
    CaseRefused,
    CaseState,
    Mark,
    Outcome,
    Service,
    act,
    case_from_json,
    case_to_json,
    open_case,
    possible_actions,
    redate,
)
from juxian.core.services.definition import SERVICE_TIMER, Role
from juxian.core.services.turns import supplement_key
from juxian.core.workdays import from_chinesecalendar
from tests.core.services.place import CALENDAR, at, example

APPLICANT = Actor("张伟", Role.PERSON, frozenset({"applicant"}))
PEOPLE = (
    APPLICANT,
    Actor("单位", Role.EMPLOYER, frozenset({"employer"})),
    Actor("人社", Role.DEPARTMENT, frozenset({"unit:human-resources", "unit:service-centre"})),
    Actor("财政", Role.DEPARTMENT, frozenset({"unit:finance", "unit:housing"})),
    Actor("甲", Role.OFFICE, frozenset({"office"})),
    Actor("乙", Role.OFFICE, frozenset({"office"})),
    Actor("主任", Role.LEADER, frozenset({"office"})),
    Actor("路人", Role.PERSON, frozenset()),
)
PROFILE = {
    "name": "张伟",
    "degree": "doctor",
    "introduction_mode": "full_time",
    "introduced_on": "2025-09-01",
    "talent_level": "b",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "settlement-claim": {
        "mobile": "13800138000",
        "married": False,
        "account": "6222",
        "moved_in": "2025-09-01",
    },
    "talent-card": {"by_post": False, "class": "b"},
}
NAMES = (
    "submit", "endorse", "decline", "pass", "fail", "grant", "refuse", "escalate", "quiet", "object", "uphold",
    "dismiss", "done", "return", "supplement", "withdraw", "confirm", "reject", "due", "nonsense",
)  # fmt: skip
ENDING = ("withdraw", "decline", "refuse", "fail", "uphold")
Taken = tuple[Action, Actor, datetime]


def likely(service: Service, case: CaseState) -> st.SearchStrategy[tuple[str, str, Actor]]:
    """What somebody could do; what ends a case comes less often, so that walks get far."""
    found = [(item.action, item.task, by) for by in PEOPLE for item in possible_actions(service, case, by)]
    going_on = [item for item in found if item[0] not in ENDING]
    return (
        st.one_of([st.sampled_from(going_on)] * 7 + [st.sampled_from(found)]) if going_on else anything(case)
    )


def anything(case: CaseState) -> st.SearchStrategy[tuple[str, str, Actor]]:
    tasks = st.sampled_from(["", *(task.key for task in case.tasks), "none"])
    return st.tuples(st.sampled_from(NAMES), tasks, st.sampled_from(PEOPLE))


@st.composite
def actions(draw: st.DrawFn, service: Service, case: CaseState, now: datetime) -> tuple[Action, Actor]:
    """Mostly something that is possible, sometimes anything."""
    due = case.due_timers(now.date())
    if due and draw(st.booleans()):
        return Action("due", due[0].key), CLOCK
    name, task, by = draw(st.one_of([likely(service, case)] * 9 + [anything(case)]))
    words = sorted({*service.fields, *service.materials})
    marks = tuple(Mark(word) for word in draw(st.lists(st.sampled_from(words), max_size=2, unique=True)))
    answers: dict[str, Any] = {}
    materials: dict[str, tuple[str, ...]] = {}
    if name == "submit":
        answers = ANSWERS[service.id] | (
            {"claimed": draw(st.sampled_from([2_000_000, 4_000_000, 6_000_000]))}
            if "claimed" in service.fields
            else {}
        )
        materials = dict.fromkeys(service.materials, ("f1",))
    if name == "supplement":
        marked = {mark.name for mark in case.marks}
        answers = {word: case.answers.get(word, "补") for word in marked if word in service.fields}
        materials = {word: ("f2",) for word in marked if word in service.materials}
    reason = "理由" if draw(st.integers(0, 9)) else ""
    return Action(name, task, answers, materials, frozenset({"education"}), marks, reason, PROFILE), by


def draw_walk(data: st.DataObject, service: Service, length: int = 25) -> tuple[list[Outcome], list[Taken]]:
    now = at("2025-09-22 09:00") + timedelta(days=data.draw(st.integers(0, 150)))
    outcomes = [open_case(service, APPLICANT, now, CALENDAR, PROFILE)]
    taken: list[Taken] = []
    for _ in range(length):
        now += timedelta(hours=data.draw(st.sampled_from([0, 1, 8, 24, 24 * 8])))
        case = outcomes[-1].case
        action, by = data.draw(actions(service, case, now))
        before = case_to_json(case)
        try:
            outcome = act(service, case, action, by, now, CALENDAR)
        except CaseRefused:
            assert case_to_json(outcomes[-1].case) == before
            continue
        taken.append((action, by, now))
        outcomes.append(outcome)
    return outcomes, taken


services = st.sampled_from(["settlement-claim", "talent-card"])


@settings(max_examples=60, deadline=None)
@given(services, st.data())
def test_a_random_walk_never_reaches_an_undefined_state(name, data):
    service = example(name)

    outcomes, _ = draw_walk(data, service)

    for number, outcome in enumerate(outcomes, start=1):
        case = outcome.case
        assert case.version == number
        assert case.state in service.steps or case.state in service.ends
        assert case.ended == (case.state in service.ends)
        if case.ended:
            assert case.timers == ()
            assert case.tasks == ()
            assert all(possible_actions(service, case, by) == [] for by in PEOPLE)
        else:
            assert any(task.open for task in case.tasks)
            assert {task.key for task in case.tasks} <= {post.key for post in service.steps[case.state].posts}


@settings(max_examples=60, deadline=None)
@given(services, st.data())
def test_the_office_rests_exactly_while_the_applicant_supplements(name, data):
    service = example(name)

    outcomes, _ = draw_walk(data, service)

    for case in (outcome.case for outcome in outcomes):
        waiting = {task.key for task in case.tasks if task.marks}
        allowed = {
            SERVICE_TIMER,
            *(task.key for task in case.tasks if task.open),
            *map(supplement_key, waiting),
        }
        assert {timer.key for timer in case.timers} <= allowed
        for timer in case.timers:
            if timer.key == SERVICE_TIMER:
                assert timer.term.paused == bool(waiting)
            else:
                assert timer.term.paused == (timer.key in waiting)
            assert timer.deadline == CALENDAR.due(timer.term)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_time_of_the_whole_case_never_gets_shorter(data):
    outcomes, _ = draw_walk(data, example("settlement-claim"))

    timers = (outcome.case.timer(SERVICE_TIMER) for outcome in outcomes)
    days = [timer.deadline.day for timer in timers if timer]
    assert days == sorted(days)


@settings(max_examples=40, deadline=None)
@given(services, st.data())
def test_the_same_actions_give_the_same_case(name, data):
    service = example(name)
    outcomes, taken = draw_walk(data, service)
    first = outcomes[0].case

    again = [first]
    for action, by, now in taken:
        again.append(act(service, case_from_json(case_to_json(again[-1])), action, by, now, CALENDAR).case)

    assert [case.digest for case in again] == [outcome.case.digest for outcome in outcomes]
    assert len({case.digest for case in again}) == len(again)


@settings(max_examples=40, deadline=None)
@given(services, st.data())
def test_what_an_outcome_carries_is_the_difference_of_the_cases(name, data):
    service = example(name)
    outcomes, _ = draw_walk(data, service)

    stored = {timer.key: timer for timer in outcomes[0].case.timers}
    keys: list[str] = []
    for before, after in pairwise(outcomes):
        for key in after.stopped:
            del stored[key]
        stored |= {timer.key: timer for timer in after.timers}
        keys += [effect.key for effect in after.effects]
        assert stored == {timer.key: timer for timer in after.case.timers}
        assert after.case.history == (*before.case.history, *after.events)
        assert after.events
        assert all(message.letter in service.letters for message in after.messages)
    assert len(keys) == len(set(keys))


@settings(max_examples=40, deadline=None)
@given(services, st.data())
def test_a_calendar_that_says_the_same_moves_nothing(name, data):
    outcomes, _ = draw_walk(data, example(name))
    case = outcomes[-1].case

    outcome, moved = redate(case, from_chinesecalendar(), at("2026-06-01 00:00"))

    assert outcome.case == case
    assert moved == []
