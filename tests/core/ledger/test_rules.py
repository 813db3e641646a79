"""Parts of a whole as data, the end of a year, and the proof of a journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from juxian.core.ledger.accounts import Kind, Unit, account
from juxian.core.ledger.book import attempt, balances_of, post, refuse
from juxian.core.ledger.closing import CarryRule, OpenReserves, YearLine, close_year
from juxian.core.ledger.entries import Entry, Posting, reversal, transfer
from juxian.core.ledger.flows import (
    appropriate,
    demand,
    grant_accounts,
    occupancy_accounts,
    occupy,
    pay,
    payment_key,
    reserve,
    vacate,
)
from juxian.core.ledger.proof import Kept, first_difference
from juxian.core.ledger.refusals import InvalidEntry, KeyRefused, KeyReused, NotReversible, OutOfBounds
from juxian.core.ledger.shares import ShareRule, blocking, check_share
from juxian.core.text import Text

DAY = date(2026, 3, 2)
HALF = ShareRule(
    "half",
    Text("直接用于高层次人才引进", "For high-end recruiting"),
    frozenset({"recruiting"}),
    frozenset({"recruiting", "training", "service"}),
    least_per_mille=500,
    on_breach="block",
)
REVENUE = ShareRule(
    "revenue",
    Text("占一般公共预算收入", "Of revenue"),
    frozenset({"talent"}),
    frozenset({"revenue"}),
    least_per_mille=30,
)


def office(amount: int = 1_000):
    """A budget of ``amount`` fen and one grant without a promise."""
    accounts = [account(Kind.APPROPRIATION, "city"), account(Kind.BUDGET, "b26"), account(Kind.BUDGET, "b27")]
    balances = balances_of([*accounts, *grant_accounts("g")])
    return post(appropriate("city", "b26", amount, DAY, "文1"), balances)


def granted(amount: int = 600):
    return post(reserve("b26", "g", amount, DAY), office())


def test_exactly_half_is_kept_and_one_fen_less_is_named() -> None:
    kept = check_share(HALF, {"recruiting": 501, "training": 301, "service": 200})
    broken = check_share(HALF, {"recruiting": 500, "training": 301, "service": 200})

    assert (kept.holds, kept.blocks) == (True, False)
    assert (broken.holds, broken.short_fen, broken.blocks) == (False, 1, True)
    assert broken.message.zh == "直接用于高层次人才引进：还差 0.01 元"


def test_an_unknown_figure_is_not_a_breach() -> None:
    assert check_share(REVENUE, {"talent": 5}).holds is None
    assert check_share(REVENUE, {"talent": 2_999, "revenue": 100_000}).holds is False
    assert check_share(REVENUE, {"talent": 3_000, "revenue": 100_000}).holds is True


def test_a_ceiling_tells_what_is_too_much() -> None:
    rule = replace(HALF, least_per_mille=None, most_per_mille=100)

    assert check_share(rule, {"recruiting": 12, "training": 50, "service": 38}).excess_fen == 2


def test_only_a_change_that_makes_it_worse_is_stopped() -> None:
    fine = {"recruiting": 60, "training": 40, "service": 0}
    broken = {"recruiting": 40, "training": 60, "service": 0}
    better, worse = {**broken, "recruiting": 50}, {**broken, "service": 10}

    assert [len(blocking([HALF], *pair)) for pair in ((fine, broken), (broken, better), (broken, worse))] == [
        1,
        0,
        1,
    ]
    assert blocking([replace(HALF, on_breach="warn")], fine, broken) == []


@pytest.mark.parametrize("bounds", [(None, None), (-1, None), (600, 500)])
def test_a_rule_without_meaning_is_refused(bounds) -> None:
    with pytest.raises(ValueError, match="needs lines and bounds"):
        replace(HALF, least_per_mille=bounds[0], most_per_mille=bounds[1])


def test_a_year_closes_into_the_next_and_back_to_the_source() -> None:
    line = YearLine("b26", "b27", "city", ("g",))

    entries = close_year(granted(), [line], CarryRule(carry_per_mille=300), DAY)
    closed = granted()
    for entry in entries:
        closed = post(entry, closed)

    assert [entry.key for entry in entries] == ["carry:b26:b27", "lapse:b26:city"]
    assert [closed.of(name) for name in ("budget:b26", "budget:b27", "appropriation:city", "reserved:g")] == [
        0,
        120,
        -720,
        600,
    ]
    assert close_year(closed, [line], CarryRule(300), DAY) == ()


def test_a_year_with_open_promises_is_not_closed_where_the_rule_says_so() -> None:
    with pytest.raises(OpenReserves, match="g"):
        close_year(granted(), [YearLine("b26", "b27", "city", ("g",))], CarryRule(refuse_open=True), DAY)


def test_the_same_instalment_is_paid_once() -> None:
    balances = granted()
    entry = pay(payment_key("p", "g", 1, balances), "g", 200, DAY)

    once = post(entry, balances)

    assert post(entry, once) is once
    assert payment_key("p", "g", 1, once) == "pay:p:g:1:1"
    with pytest.raises(KeyReused, match="内容不同"):
        post(pay("pay:p:g:1:1", "g", 201, DAY), once)


def test_a_new_attempt_follows_only_a_return_or_a_reversal() -> None:
    returned = refuse("pay:p:g:1:1", "账号不符", granted())
    paid = post(pay(payment_key("p", "g", 1, returned), "g", 200, DAY), returned)
    taken_back = post(reversal(paid.posted["pay:p:g:1:2"], DAY, "银行退票"), paid)

    assert [payment_key("p", "g", 1, one) for one in (returned, paid, taken_back)] == [
        "pay:p:g:1:2",
        "pay:p:g:1:2",
        "pay:p:g:1:3",
    ]
    with pytest.raises(KeyRefused, match="账号不符"):
        post(pay("pay:p:g:1:1", "g", 200, DAY), returned)
    with pytest.raises(InvalidEntry, match="reversed"):
        refuse("pay:p:g:1:2", "迟到的退票", paid)


def test_no_more_is_promised_than_there_is_and_no_more_asked_back_than_was_paid() -> None:
    with pytest.raises(OutOfBounds, match="可用额度不足"):
        post(reserve("b26", "g", 1_001, DAY), office())
    paid = post(pay("pay:p:g:1:1", "g", 200, DAY), granted())
    with pytest.raises(OutOfBounds, match="退回超过已拨付"):
        post(demand("g", 201, 0, DAY), paid)
    assert post(demand("g", 200, 50, DAY), paid).of("receivable:g") == 250


def test_what_was_refused_once_does_not_pass_later_by_luck() -> None:
    late = reserve("b26", "g", 1_001, DAY)
    balances, refusal = attempt(late, office())
    richer = post(appropriate("city", "b26", 500, DAY, "文2"), balances)

    assert isinstance(refusal, OutOfBounds)
    with pytest.raises(KeyRefused):
        post(late, richer)
    assert post(reserve("b26", "g", 1_001, DAY, number=2), richer).of("budget:b26") == 499


def test_five_hundred_payments_out_of_a_budget_for_five_hundred() -> None:
    balances = post(reserve("b26", "g", 500, DAY), office(500))
    done = 0

    for number in range(1, 521):
        balances, refusal = attempt(pay(f"pay:p:g:{number}:1", "g", 1, DAY), balances)
        done += refusal is None

    assert (done, balances.of("reserved:g"), balances.of("paid:g")) == (500, 0, 500)


def test_an_entry_is_taken_back_once_and_a_reversal_never() -> None:
    balances = granted()
    back = reversal(balances.posted["reserve:g:1"], DAY, "录错")
    done = post(back, balances)

    assert done.of("budget:b26") == 1_000
    assert post(back, done) is done
    with pytest.raises(NotReversible):
        post(reversal(back, DAY, "又错"), done)
    with pytest.raises(NotReversible):
        post(replace(back, key="reverse-again"), done)
    with pytest.raises(InvalidEntry, match="not the reverse"):
        post(transfer("x", DAY, {"budget:b26": 1, "reserved:g": -1}, reverses="reserve:g:1"), balances)


def test_what_was_spent_cannot_be_taken_from_the_budget() -> None:
    with pytest.raises(OutOfBounds):
        post(reversal(granted().posted["appropriate:文1:b26"], DAY, "收回"), granted())


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (("budget:b26", 0), ("reserved:g", 0)),
        (("budget:b26", 5), ("reserved:g", -4)),
        (("budget:b26", 5), ("budget:b26", -5)),
        (("budget:b26", 5), ("nowhere", -5)),
        (("budget:b26", 1), ("budget:posts", -1)),
    ],
)
def test_what_is_no_entry_is_a_mistake_of_the_program(postings) -> None:
    balances = office().open_account(account(Kind.BUDGET, "posts", Unit.POST))

    with pytest.raises(InvalidEntry):
        post(Entry("k", DAY, tuple(Posting(*leg) for leg in postings)), balances)


@pytest.mark.parametrize("amount", [0, -5])
def test_business_moves_amounts_above_nothing(amount: int) -> None:
    with pytest.raises(InvalidEntry, match="above 0"):
        reserve("b26", "g", amount, DAY)


def test_a_post_is_held_by_one_name_and_returns_when_he_leaves() -> None:
    accounts = [account(Kind.APPROPRIATION, "total", Unit.POST), account(Kind.BUDGET, "pool", Unit.POST)]
    balances = balances_of(
        [*accounts, *occupancy_accounts("p1", Unit.POST), *occupancy_accounts("p2", Unit.POST)]
    )
    for entry in (
        appropriate("total", "pool", 2, DAY, "编办1"),
        reserve("pool", "p1", 1, DAY),
        occupy("p1", DAY, "入编1"),
        reserve("pool", "p1", 1, DAY, number=2),
    ):
        balances = post(entry, balances)

    with pytest.raises(OutOfBounds, match="超出上限（现有 1 个编制"):
        post(occupy("p1", DAY, "入编2"), balances)
    with pytest.raises(OutOfBounds, match="可用额度不足"):
        post(reserve("pool", "p2", 1, DAY), balances)
    left = post(vacate("pool", "p1", DAY, "调离1"), balances)
    assert post(reserve("pool", "p2", 1, DAY), left).of("reserved:p2") == 1


def journal(balances) -> list[Kept]:
    return [Kept(entry, entry.body_hash) for entry in balances.posted.values()]


def test_a_whole_journal_proves_itself() -> None:
    balances = post(pay("pay:p:g:1:1", "g", 200, DAY), granted())

    assert first_difference(balances.accounts, journal(balances), balances.amounts) is None


@pytest.mark.parametrize(
    ("spoil", "place", "word"),
    [
        (lambda rows: rows[:-1], "paid:g", "余额记为 200"),
        (lambda rows: [*rows, rows[-1]], "pay:p:g:1:1", "重复"),
        (lambda rows: [rows[1], rows[0], *rows[2:]], "reserve:g:1", "不足"),
        (lambda rows: [rows[0], replace(rows[1], body_hash="0" * 64), *rows[2:]], "reserve:g:1", "哈希"),
        (
            lambda rows: [rows[0], Kept(replace(rows[1].entry, memo="x"), rows[1].body_hash)],
            "reserve:g:1",
            "哈希",
        ),
        (lambda rows: [*rows, kept(transfer("u", DAY, {"budget:b26": 1}))], "u", "不是有效分录"),
        (lambda rows: [*rows, kept(reversal(Entry("gone", DAY, legs()), DAY, ""))], "reverse:gone", "冲销"),
        (lambda rows: [*rows, kept(Entry("r", DAY, legs(), "reserve:g:1"))], "r", "金额不符"),
    ],
)
def test_the_first_difference_of_a_spoiled_journal_is_named(spoil, place: str, word: str) -> None:
    balances = post(pay("pay:p:g:1:1", "g", 200, DAY), granted())

    found = first_difference(balances.accounts, spoil(journal(balances)), balances.amounts)

    assert found.place == place
    assert word in found.message.zh


def test_a_balance_row_that_drifted_is_named() -> None:
    balances = granted()

    drifted = {**balances.amounts, "budget:b26": 401}

    assert first_difference(balances.accounts, journal(balances), drifted).place == "budget:b26"


def kept(entry: Entry) -> Kept:
    return Kept(entry, entry.body_hash)


def legs() -> tuple[Posting, ...]:
    return Posting("budget:b26", -1), Posting("reserved:g", 1)


def test_the_hash_of_an_entry_ignores_the_order_of_its_legs_only() -> None:
    entry = Entry("k", DAY, legs())

    assert replace(entry, postings=legs()[::-1]).body_hash == entry.body_hash
    assert (
        len(
            {
                replace(entry, **change).body_hash
                for change in ({}, {"memo": "x"}, {"reverses": "y"}, {"day": date(2026, 3, 3)})
            }
        )
        == 4
    )
