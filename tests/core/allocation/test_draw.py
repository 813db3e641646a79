from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.allocation import seeds
from juxian.core.allocation.canonical import NotCanonical, canonical_bytes
from juxian.core.allocation.draw import Contributor, PoolEdited, Rule, freeze, problems_of, require_unchanged
from juxian.core.allocation.pool import Entrant, pool_of, veiled
from juxian.core.allocation.quotas import Quota, Quotas
from juxian.core.allocation.seeds import Reveal, commitment, ticket
from juxian.core.allocation.transcript import NoSecondDraw, awaited, conclude, next_attempt, with_declines
from juxian.core.allocation.verifier import verify
from juxian.core.source import Rejected
from tests.core.allocation.draws import (
    LOTTERY,
    ORGANISER,
    PUBLIC,
    REVEALS,
    WITNESS,
    commitments,
    drawn,
    experts,
    plan,
)

OTHER_WITNESS = Contributor("申请人代表", "witness")


def codes(of) -> list[str]:
    return [problem.code for problem in problems_of(of)]


def test_an_even_panel_that_must_be_odd_is_not_frozen() -> None:
    with pytest.raises(Rejected) as refused:
        freeze(plan(Rule("v", 4, odd=True)))

    assert [problem.code for problem in refused.value.problems] == ["D120"]


def test_a_quota_out_of_reach_is_named() -> None:
    rule = Rule("v", 5, quotas=(Quota("discipline", "内科", least=1), Quota("discipline", "儿科", least=1)))

    problems = list(problems_of(plan(rule)))

    assert [problem.code for problem in problems] == ["D131"]
    assert problems[0].message.zh == "名额约束无法同时满足：discipline（儿科）至少 1"
    assert "any one" in problems[0].hint.en


def test_quotas_that_fail_only_together_are_all_named() -> None:
    """Four employers with one seat each leave four seats of five, whatever the disciplines."""
    rule = Rule("v", 5, quotas=(Quota("employer", most=1),))

    assert codes(plan(rule)) == ["D131"]


def test_more_seats_than_people_are_refused() -> None:
    assert codes(plan(Rule("v", 15))) == ["D130"]


def test_an_unknown_group_is_not_a_group() -> None:
    people = [*experts(), Entrant("z", groups={"discipline": "内科"})]

    assert codes(plan(entrants=people)) == ["D122"]
    assert codes(plan(entrants=[*experts(), Entrant("z", barred="undeclared")])) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"draw": ""}, "D101"),
        ({"draw": "e\u0301"}, "D101"),
        ({"attempt": 2}, "D103"),
        ({"previous": "ab"}, "D103"),
        ({"contributors": (ORGANISER,)}, "D102"),
        ({"contributors": (ORGANISER, WITNESS, Contributor(WITNESS.name, "public"))}, "D102"),
        ({"pool": pool_of([Entrant("李四")])}, "D110"),
        ({"pool": pool_of([Entrant("a"), Entrant("a")])}, "D110"),
        ({"pool": pool_of([Entrant("a", barred="Not A Code")])}, "D112"),
        ({"pool": replace(pool_of(experts()), points=(1, 2))}, "D111"),
        ({"rule": Rule("v", 3, quotas=(Quota("region", least=1),))}, "D121"),
        ({"rule": Rule("v", 3, quotas=(Quota("employer", least=2, most=1),))}, "D121"),
    ],
)
def test_a_malformed_plan_is_refused_with_its_code(change, code) -> None:
    assert code in codes(replace(plan(), **change))


def test_quotas_over_three_attributes_are_refused() -> None:
    people = [Entrant(f"a{n}", groups={"x": "1", "y": "1", "z": "1"}) for n in range(4)]

    assert codes(plan(Rule("v", 1, quotas=tuple(Quota(name, most=1) for name in "xyz")), people)) == ["D121"]


def test_nobody_reveals_before_all_have_committed() -> None:
    frozen = freeze(plan(contributors=(ORGANISER, WITNESS, LOTTERY)))

    assert awaited(frozen, {}) == [ORGANISER, WITNESS]
    assert awaited(frozen, commitments(frozen)) == []


def test_a_contributor_who_does_not_reveal_makes_the_attempt_void_and_is_named() -> None:
    frozen = freeze(plan())

    void = conclude(frozen, commitments(frozen), REVEALS[:1])

    assert void.is_void
    assert [(one.name, one.reason) for one in void.failures] == [(WITNESS.name, "not_revealed")]
    assert (void.seed, void.order, void.selected) == (b"", (), ())
    assert verify(void.data) is None


def test_a_reveal_that_does_not_fit_or_was_never_committed_makes_it_void() -> None:
    frozen = freeze(plan())
    changed = (REVEALS[0], Reveal(WITNESS.name, REVEALS[1].nonce, "换一个数"))

    unfit = conclude(frozen, commitments(frozen), changed)
    absent = conclude(frozen, {ORGANISER.name: commitments(frozen)[ORGANISER.name]}, REVEALS)

    assert [(one.name, one.reason) for one in unfit.failures] == [(WITNESS.name, "no_fit")]
    assert [(one.name, one.reason) for one in absent.failures] == [(WITNESS.name, "not_committed")]
    assert verify(unfit.data) is None
    assert verify(absent.data) is None


def test_a_commitment_cannot_be_copied_by_another() -> None:
    frozen = freeze(plan())
    copied = Reveal(WITNESS.name, REVEALS[0].nonce, REVEALS[0].value)

    assert commitment(frozen.sha256, copied) != commitment(frozen.sha256, REVEALS[0])


def test_a_drawn_attempt_is_not_repeated() -> None:
    with pytest.raises(NoSecondDraw, match="不得重抽"):
        next_attempt(drawn(), (ORGANISER, WITNESS))


def test_after_a_void_attempt_the_same_pool_is_drawn_with_another_witness() -> None:
    frozen = freeze(plan())
    void = conclude(frozen, commitments(frozen), REVEALS[:1])

    with pytest.raises(NoSecondDraw, match=WITNESS.name):
        next_attempt(void, (ORGANISER, WITNESS))
    again = next_attempt(void, (ORGANISER, OTHER_WITNESS))
    reveals = (REVEALS[0], Reveal(OTHER_WITNESS.name, "c2" * 32, "7"))
    second = conclude(again, commitments(again, reveals), reveals)

    assert (again.plan.attempt, again.plan.previous) == (2, void.sha256)
    assert verify(second.data, previous=void.data) is None
    assert verify(second.data, previous=drawn().data)[0] == "frozen.previous"


def test_after_a_failure_of_the_organiser_a_public_value_must_be_added() -> None:
    frozen = freeze(plan())
    void = conclude(frozen, commitments(frozen), REVEALS[1:])

    with pytest.raises(NoSecondDraw, match="公开随机数"):
        next_attempt(void, (ORGANISER, WITNESS))
    again = next_attempt(void, (ORGANISER, WITNESS, LOTTERY))
    second = conclude(again, commitments(again), (*REVEALS, PUBLIC))

    assert not second.is_void
    assert verify(second.data, previous=void.data) is None


def test_a_late_edit_of_the_pool_names_the_entry() -> None:
    frozen, people = freeze(plan()), experts()
    later = [*people[:3], replace(people[3], barred="recused"), *people[4:]]

    require_unchanged(frozen, pool_of(reversed(people)))
    with pytest.raises(PoolEdited, match="e03"):
        require_unchanged(frozen, pool_of(later))
    with pytest.raises(PoolEdited, match="f99"):
        require_unchanged(frozen, pool_of([*people, Entrant("f99")]))


def test_points_come_before_tickets() -> None:
    people = [Entrant(f"a{number}", points=number // 4) for number in range(12)]

    transcript = drawn(plan(Rule("v", 3), people))

    points = [transcript.frozen.plan.pool.points[place] for place in transcript.order]
    assert points == sorted(points, reverse=True)
    assert set(transcript.selected) <= {"a8", "a9", "a10", "a11"}


def test_a_person_can_check_his_own_ticket() -> None:
    transcript = drawn(plan(Rule("v", 0), [Entrant(f"a{number}") for number in range(30)]))
    names = transcript.frozen.plan.pool.entries

    tickets = [ticket(transcript.seed, names[place]) for place in transcript.order]

    assert tickets == sorted(tickets)
    assert transcript.reserves() == [names[place] for place in transcript.order]


def test_a_decline_is_replaced_by_the_next_in_order_and_only_members_decline() -> None:
    transcript = drawn(plan(Rule("v", 3), [Entrant(f"a{number}") for number in range(6)]))
    names = transcript.frozen.plan.pool.entries
    order = [names[place] for place in transcript.order]

    replaced = with_declines(transcript, [order[1]])

    assert list(replaced.selected) == [order[0], order[2], order[3]]
    with pytest.raises(ValueError, match="no member"):
        with_declines(transcript, [order[5]])


def test_when_nobody_is_left_the_panel_is_told_incomplete() -> None:
    transcript = drawn(plan(Rule("v", 3), [Entrant(f"a{number}") for number in range(3)]))

    short = with_declines(transcript, [transcript.selected[0]])

    assert not short.walk.complete
    assert verify(short.data) is None


def test_a_malformed_reveal_is_an_error_of_typing() -> None:
    for nonce, value in (
        ("AB" * 32, "x"),
        ("ab", "x"),
        ("ab" * 32, ""),
        ("ab" * 32, "e\u0301"),
        ("ab" * 32, "\ud800"),
    ):
        with pytest.raises(ValueError, match=r"a (nonce|value) is"):
            Reveal("甲", nonce, value)
    frozen = freeze(plan())
    with pytest.raises(ValueError, match="nobody else"):
        conclude(frozen, {}, [Reveal("路人", "ab" * 32, "1")])
    with pytest.raises(ValueError, match="nobody else"):
        conclude(frozen, {}, [REVEALS[0], REVEALS[0]])
    with pytest.raises(ValueError, match="64 hexadecimal"):
        conclude(frozen, {ORGANISER.name: "short"}, [])


def test_a_public_id_hides_the_person_and_needs_a_real_salt() -> None:
    assert veiled("11010519491231002X", b"0" * 16) != veiled("11010519491231002X", b"1" * 16)
    with pytest.raises(ValueError, match="16 bytes"):
        veiled("11010519491231002X", b"short")


@pytest.mark.parametrize(
    "bad", [1.5, None, 2**53, "e\u0301", "\ud800", {"e\u0301": 1}, {1: 2}, ["a", "e\u0301"], [2**60]]
)
def test_what_has_no_single_spelling_is_not_hashed(bad) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes({"it": bad})


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 4), min_size=1),
    st.dictionaries(st.sampled_from("abcde"), st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=4),
    st.integers(0, 8),
    st.integers(0, 2),
)
def test_counting_and_flow_agree_for_one_attribute(
    able: dict[str, int], bounds: dict[str, tuple[int, int]], size: int, held: int
) -> None:
    quotas = [Quota("class", value, least, max(least, most)) for value, (least, most) in bounds.items()]
    cells = {(value, ""): count for value, count in able.items()}
    taken = {("a", ""): held} if held <= cells.get(("a", ""), 0) else {}
    counted = Quotas(size, (Quota("class"), *quotas)).completion(taken, cells)
    by_flow = Quotas(size, (Quota("class"), *quotas, Quota("second"))).completion(taken, cells)

    assert (counted is None) == (by_flow is None)
    if counted is not None:
        assert counted.total() == size
        assert all(taken.get(cell, 0) <= number <= cells[cell] for cell, number in counted.items())


@pytest.mark.parametrize("start", [b"", b"12345678"])
def test_a_long_list_is_sorted_like_a_short_one(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    """Also where the first 8 bytes do not tell tickets apart."""
    tickets = [(start + bytes([number * 7 % 251, number % 3])).ljust(32, b"\0") for number in range(250)]
    monkeypatch.setattr(seeds, "LONG", 1)

    assert seeds._by_ticket(tickets) == sorted(range(250), key=tickets.__getitem__)
