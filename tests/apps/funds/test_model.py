"""A stateful model of the stored ledger: its tables beside a plain dictionary, whatever is done in whatever order."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from juxian.apps.funds.actions import close_key, open_accounts, reverse
from juxian.apps.funds.actions import post as real_post
from juxian.apps.funds.models import Account
from juxian.apps.funds.queries.proof import verify
from juxian.core.ledger.accounts import Kind, account
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.flows import appropriate, grant_accounts, move, pay, reserve, void
from juxian.core.ledger.refusals import InvalidEntry, Refused
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)
GRANTS = ("g1", "g2")
LEAST_STEPS = 1_500
grants, amounts = st.sampled_from(GRANTS), st.integers(1, 400)
numbers = st.integers(1, 6)  # few, so that keys meet again


class Stored(RuleBasedStateMachine):
    """Accounts of the database beside a dictionary; every rule posts under a key that may have been used before."""

    steps = 0

    @initialize()
    def begin(self) -> None:
        self.plain: dict[str, int] = {}
        self.done: dict[str, Entry] = {}
        self.closed: set[str] = set()
        self.back: set[str] = set()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        opened = [
            account(Kind.APPROPRIATION, "city"),
            account(Kind.BUDGET, "b26"),
            account(Kind.BUDGET, "b27"),
        ]
        open_accounts(
            [*opened, *(one for grant in GRANTS for one in grant_accounts(grant))], OrganisationFactory()
        )
        self.take(appropriate("city", "b26", 1_000, DAY, "年初"))

    def teardown(self) -> None:
        if hasattr(self, "whole"):
            assert verify().difference is None
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def post(self, entry: Entry) -> None:
        real_post(entry)

    def take(self, entry: Entry) -> None:
        known = self.done.get(entry.key)
        same = known is not None and known.body_hash == entry.body_hash
        enough = all(
            change > 0 or name.startswith("appropriation:") or self.plain.get(name, 0) + change >= 0
            for name, change in entry.changes.items()
        )
        expected = same or (known is None and entry.key not in self.closed and enough)
        try:
            with transaction.atomic():
                self.post(entry)
        except Refused:
            assert not expected, f"{entry.key} was refused"
            return
        assert expected, f"{entry.key} was let through"
        if not same:
            self.keep(entry)

    def keep(self, entry: Entry) -> None:
        self.done[entry.key] = entry
        for name, change in entry.changes.items():
            self.plain[name] = self.plain.get(name, 0) + change

    @rule(grant=grants, amount=amounts, number=numbers)
    def promise(self, grant: str, amount: int, number: int) -> None:
        self.take(reserve("b26", grant, amount, DAY, number))

    @rule(grant=grants, amount=amounts, number=numbers)
    def pay_out(self, grant: str, amount: int, number: int) -> None:
        self.take(pay(f"pay:{grant}:{number}", grant, amount, DAY))

    @rule(grant=grants, amount=amounts, number=numbers)
    def give_up(self, grant: str, amount: int, number: int) -> None:
        self.take(void("b26", grant, amount, DAY, number, "放弃"))

    @rule(amount=amounts, number=numbers)
    def into_the_next_year(self, amount: int, number: int) -> None:
        self.take(move("b26", "b27", amount, DAY, f"文{number}"))

    @rule(data=st.data())
    def click_again(self, data: st.DataObject) -> None:
        self.take(self.done[data.draw(st.sampled_from(sorted(self.done)))])

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.done)))
        entry = self.done[key]
        enough = all(
            change < 0 or name.startswith("appropriation:") or self.plain.get(name, 0) - change >= 0
            for name, change in entry.changes.items()
        )
        possible = key not in self.back and not entry.reverses and enough
        again = key in self.back  # the reversal stands and is found
        try:
            with transaction.atomic():
                made = reverse(key, DAY, "录错")
        except Refused:
            assert not possible
            return
        assert possible or again
        if possible:
            self.back.add(key)
            [entry] = made.new
            self.keep(entry)

    @rule(grant=grants, number=numbers)
    def bank_returns(self, grant: str, number: int) -> None:
        key = f"pay:{grant}:{number}"
        try:
            with transaction.atomic():
                close_key(key, "账号不符", DAY)
        except InvalidEntry:
            assert key in self.done
            return
        assert key not in self.done
        self.closed.add(key)

    @invariant()
    def the_tables_say_the_same(self) -> None:
        type(self).steps += 1
        held = dict(Account.objects.exclude(balance=0).values_list("name", "balance"))
        assert held == {name: amount for name, amount in self.plain.items() if amount}


class Doubling(Stored):
    """The negative control: who does not look at the key pays twice."""

    def post(self, entry: Entry) -> None:
        real_post(entry if entry.key not in self.done else Entry(f"{entry.key}:again", DAY, entry.postings))


STEADY = settings(max_examples=50, stateful_step_count=40, deadline=None)


def test_the_stored_ledger_is_a_dictionary_with_rules() -> None:
    Stored.steps = 0

    run_state_machine_as_test(Stored, settings=STEADY)

    assert Stored.steps >= LEAST_STEPS


def test_paying_twice_is_found() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Doubling, settings=settings(STEADY, phases=[Phase.generate], print_blob=False)
        )
