"""Many entries at once, the spelling under the hash, and what is posted for a lease."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.ledger.accounts import Kind, account
from juxian.core.ledger.batch import attempt_all, post_all
from juxian.core.ledger.book import Balances, attempt, balances_of
from juxian.core.ledger.entries import Entry, Posting, reversal, transfer
from juxian.core.ledger.flows import appropriate, grant_accounts, pay, reserve
from juxian.core.ledger.lettings import (
    charge,
    collect,
    estate_accounts,
    lease_accounts,
    return_deposit,
    set_off_deposit,
    take_deposit,
)
from juxian.core.ledger.refusals import InvalidEntry, KeyReused, OutOfBounds

DAY = date(2026, 3, 2)
texts = st.text(max_size=12)


def office() -> Balances:
    accounts = [account(Kind.APPROPRIATION, "city"), account(Kind.BUDGET, "b")]
    return balances_of([*accounts, *(one for grant in "gh" for one in grant_accounts(grant))])


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    amount, number, grant = draw(st.integers(1, 60)), draw(st.integers(1, 3)), draw(st.sampled_from("gh"))
    made = draw(
        st.sampled_from(
            [
                appropriate("city", "b", 100, DAY, f"文{number}"),
                reserve("b", grant, amount, DAY, number),
                pay(f"pay:{grant}:{number}", grant, amount, DAY),
            ]
        )
    )
    return reversal(made, DAY, "录错") if draw(st.integers(0, 5)) == 0 else made


@given(st.lists(entries(), max_size=30))
def test_many_at_once_come_out_as_one_by_one(made: list[Entry]) -> None:
    once, refused = office(), {}
    unalarming = []
    for entry in made:
        try:
            once, why = attempt(entry, once)
        except (KeyReused, InvalidEntry):
            continue
        unalarming.append(entry)
        if why is not None:
            refused[entry.key] = str(why)

    batch = attempt_all(unalarming, office())

    assert (batch.balances.amounts, dict(batch.balances.posted)) == (once.amounts, dict(once.posted))
    assert (dict(batch.balances.refused), set(batch.balances.reversed)) == (once.refused, set(once.reversed))
    assert {key: str(why) for key, why in batch.refused.items()} == refused
    assert [entry.key for entry in batch.new] == list(once.posted)


def test_all_or_nothing_raises_the_first_refusal_and_leaves_the_start_alone() -> None:
    start = office()

    with pytest.raises(OutOfBounds):
        post_all([appropriate("city", "b", 100, DAY, "文1"), reserve("b", "g", 101, DAY)], start)

    assert (start.amounts, start.posted) == ({}, {})


def test_an_entry_met_twice_in_a_batch_is_posted_once() -> None:
    entry = appropriate("city", "b", 100, DAY, "文1")

    batch = post_all([entry, entry], office())

    assert (batch.new, batch.known, batch.balances.of("budget:b")) == ([entry], [entry], 100)


def test_only_what_a_bound_refused_is_closed_for_good() -> None:
    first, second = reserve("b", "g", 5, DAY), reserve("b", "g", 6, DAY, 2)

    batch = attempt_all([first, first, reversal(second, DAY, "错")], office())

    assert list(batch.refused) == [first.key, f"reverse:{second.key}"]
    assert list(batch.closed) == []  # the second try of the same key is no bound
    assert list(attempt_all([first], office()).closed) == [first.key]


@given(texts, texts, st.lists(st.tuples(texts, st.integers(-(10**15), 10**15)), max_size=4))
def test_the_hash_is_over_compact_json_with_sorted_keys(
    memo: str, reverses: str, legs: list[tuple[str, int]]
) -> None:
    entry = Entry("k", DAY, tuple(Posting(*leg) for leg in legs), reverses, memo)
    body = {"day": "2026-03-02", "postings": sorted(map(list, legs)), "reverses": reverses, "memo": memo}
    spelled = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert entry.body_hash == hashlib.sha256(spelled.encode("utf-8")).hexdigest()


def test_a_lease_from_deposit_to_exit() -> None:
    balances = balances_of([*estate_accounts("e"), *lease_accounts("l")])
    steps = [
        take_deposit("e", "l", 200_000, DAY, "押1"),
        charge("e", "l", "2026-03", 80_000, DAY),
        collect("e", "l", 50_000, DAY, "流水1"),
        set_off_deposit("l", 30_000, DAY, "退房结算"),
        return_deposit("e", "l", 170_000, DAY, "退1"),
    ]

    after = post_all(steps, balances).balances

    held = {name: amount for name, amount in after.amounts.items() if amount}
    assert held == {"held:e": 80_000, "income:e": -80_000}


def test_no_more_of_a_deposit_goes_back_than_is_held() -> None:
    balances = balances_of([*estate_accounts("e"), *lease_accounts("l"), *lease_accounts("m")])
    start = post_all([take_deposit("e", "l", 200, DAY, "1"), take_deposit("e", "m", 200, DAY, "2")], balances)

    with pytest.raises(OutOfBounds):
        post_all([return_deposit("e", "l", 201, DAY, "3")], start.balances)


def test_accounts_that_neither_gain_nor_lose_are_left_out() -> None:
    assert [leg.account for leg in transfer("k", DAY, {"a": 1, "b": 0, "c": -1}).postings] == ["a", "c"]
