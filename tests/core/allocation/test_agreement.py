"""Engine, stand-alone verifier and a second implementation give one answer."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.allocation.draw import Plan, Rule, freeze
from juxian.core.allocation.pool import Entrant, pool_of
from juxian.core.allocation.quotas import Quota
from juxian.core.allocation.transcript import conclude, with_declines
from juxian.core.allocation.verifier import verify
from juxian.core.source import Rejected
from tests.core.allocation.draws import LOTTERY, ORGANISER, PUBLIC, REVEALS, WITNESS, commitments, drawn, plan
from tests.core.allocation.second import extends, result_of

values = st.sampled_from(["甲", "乙", "丙"])
quotas = st.lists(
    st.builds(
        Quota,
        st.sampled_from(["unit", "field"]),
        st.sampled_from(["", "甲", "乙"]),
        st.integers(0, 2),
        st.none() | st.integers(2, 4),
    ),
    max_size=4,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 9))
    entrants = [
        Entrant(
            f"p{number}",
            points=draw(st.integers(0, 2)),
            barred=draw(st.sampled_from(["", "", "", "recused"])),
            groups={"unit": draw(values), "field": draw(values)},
        )
        for number in range(count)
    ]
    rule = Rule("规则", draw(st.integers(0, 5)), False, tuple(draw(quotas)))
    return Plan(
        draw(st.text("草案ab|1", min_size=1, max_size=8)),
        rule,
        pool_of(entrants),
        (ORGANISER, WITNESS, LOTTERY),
    )


def agrees(data: bytes) -> bool:
    """The second implementation finds what the transcript says."""
    body, found = json.loads(data)["body"], result_of(data)
    found["commitments"] = [
        {"name": name, "commitment": value} for name, value in found["commitments"].items()
    ]
    return {name: body[name] for name in found} == found


def test_three_implementations_agree_on_a_panel() -> None:
    transcript = drawn()

    assert verify(transcript.data) is None
    assert agrees(transcript.data)
    assert [reason for one in transcript.walk.rounds for _, reason in one.skips] != []


def test_three_implementations_agree_after_declines() -> None:
    transcript = drawn()
    leavers = [transcript.selected[0], transcript.selected[3]]

    replaced = with_declines(transcript, leavers)

    assert verify(replaced.data) is None
    assert agrees(replaced.data)
    assert replaced.seed == transcript.seed
    assert replaced.order == transcript.order
    assert set(leavers).isdisjoint(replaced.selected)


@settings(max_examples=200, deadline=None)
@given(plans(), st.data())
def test_three_implementations_agree_on_any_plan(of: Plan, data: st.DataObject) -> None:
    try:
        frozen = freeze(of)
    except Rejected:
        return
    reveals = (*REVEALS, PUBLIC)

    transcript = conclude(frozen, commitments(frozen, reveals), reveals)
    while transcript.selected and data.draw(st.booleans(), label="somebody declines"):
        declined = [one.declined for one in transcript.walk.rounds][1:]
        transcript = with_declines(transcript, [*declined, data.draw(st.sampled_from(transcript.selected))])

    assert verify(transcript.data) is None
    assert agrees(transcript.data)
    assert transcript.walk.complete or len(transcript.walk.rounds) > 1


@settings(max_examples=200, deadline=None)
@given(plans())
def test_what_is_frozen_can_be_filled_and_what_is_refused_cannot(of: Plan) -> None:
    able = [entry for entry in of.pool.entries if entry not in of.pool.barred]
    shape_is_right = all(
        quota.least <= (of.rule.size if quota.most is None else quota.most) for quota in of.rule.quotas
    )

    try:
        freeze(of)
        accepted = True
    except Rejected:
        accepted = False

    assert accepted == (shape_is_right and extends(of.as_dict(), [], able))


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert drawn().data == drawn(plan(entrants=None)).data


def test_quotas_over_many_employers_and_disciplines_are_walked_and_checked() -> None:
    """Each value once on both sides: the longest exchanges that a panel can need."""
    people = [
        Entrant(f"e{number:04}", groups={"unit": f"u{number % 30}", "field": f"f{number * 7 % 29}"})
        for number in range(240)
    ]

    transcript = drawn(
        plan(Rule("规则", 29, True, (Quota("unit", most=1), Quota("field", least=1, most=1))), people)
    )

    assert len(transcript.selected) == 29
    assert verify(transcript.data) is None
