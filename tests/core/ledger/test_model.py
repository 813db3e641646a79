"""A stateful model: whatever the office does in whatever order, the ledger stays whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from juxian.core.ledger.accounts import Kind, Unit, account
from juxian.core.ledger.book import Balances, attempt, balances_of, post, refuse
from juxian.core.ledger.clawback import Formula, Terms, owed_back
from juxian.core.ledger.closing import CarryRule, YearLine, close_year
from juxian.core.ledger.entries import Entry, Posting, reversal
from juxian.core.ledger.flows import (
    appropriate,
    demand,
    grant_accounts,
    occupancy_accounts,
    occupy,
    pay,
    payment_key,
    receive,
    reserve,
    vacate,
    void,
    write_off,
)
from juxian.core.ledger.proof import Kept, first_difference
from juxian.core.ledger.refusals import (
    InvalidEntry,
    KeyRefused,
    KeyReused,
    NotReversible,
    OutOfBounds,
    Refused,
)

START = date(2026, 1, 5)
GRANTS = ("g1", "g2", "g3")
HOLDERS = ("h1", "h2")
amounts = st.integers(1, 400)
grants = st.sampled_from(GRANTS)


class Office(RuleBasedStateMachine):
    """Balances of the engine beside a plain dictionary of what went where."""

    posted = Bundle("posted")
    steps = 0  # of all runs of the class

    def engine(self, entry: Entry) -> Balances:
        """What is tested."""
        return post(entry, self.balances)

    @initialize()
    def open_accounts(self) -> None:
        budgets = [account(Kind.BUDGET, f"talent-{year}") for year in (2026, 2027)]
        self.balances = balances_of(
            [
                account(Kind.APPROPRIATION, "city"),
                *budgets,
                *(one for grant in GRANTS for one in grant_accounts(grant)),
                account(Kind.APPROPRIATION, "posts", Unit.POST),
                account(Kind.BUDGET, "pool", Unit.POST),
                *(one for holder in HOLDERS for one in occupancy_accounts(holder, Unit.POST)),
            ]
        )
        self.journal: list[Entry] = []
        self.plain: dict[str, int] = {}
        self.used: set[str] = set()  # keys that were posted or closed
        self.paid: Counter[str] = Counter()
        self.refunded: Counter[str] = Counter()
        self.number = 0
        self.take(appropriate("city", "talent-2026", 4_000, START, "年初预算"))
        for grant in GRANTS:
            self.take(reserve("talent-2026", grant, 1_000, START, 0))

    def day(self) -> date:
        return START + timedelta(days=self.number)

    def take(self, entry: Entry) -> Entry:
        """Post; a refusal leaves no trace. Counts payments and refunds apart from the engine."""
        before, fresh = self.balances, entry.key not in self.balances.posted
        allowed = self.is_allowed(entry)
        try:
            self.balances = self.engine(entry)
        except (OutOfBounds, KeyRefused, NotReversible):
            assert self.balances is before
            assert not allowed, f"{entry.key} was refused"
            return entry
        assert allowed, f"{entry.key} was let through"
        assert (self.balances is before) == (not fresh)
        if fresh:
            self.journal.append(entry)
            self.count(entry)
        return entry

    def is_allowed(self, entry: Entry) -> bool:
        """What the dictionary says: a known key changes nothing, a new one moves what is there."""
        if entry.key in self.balances.refused:
            return False
        if any(known.key == entry.key for known in self.journal):
            return True
        if entry.reverses and (
            entry.reverses.startswith("reverse:") or f"reverse:{entry.reverses}" in self.used
        ):
            return False
        for name, change in entry.changes.items():
            after = self.plain.get(name, 0) + change
            signed = name.startswith(("appropriation:", "penalty:"))
            if (signed and change > 0 and after > 0) or (not signed and change < 0 and after < 0):
                return False
            if name.startswith("occupied:") and after > 1:
                return False
        return True

    def count(self, entry: Entry) -> None:
        self.used.add(entry.key)
        for name, amount in entry.changes.items():
            self.plain[name] = self.plain.get(name, 0) + amount
            kind, _, grant = name.partition(":")
            if kind == "paid":
                moved = (
                    self.refunded if entry.key.removeprefix("reverse:").startswith("demand") else self.paid
                )
                moved[grant] += -amount if moved is self.refunded else amount

    def next_number(self) -> int:
        self.number += 1
        return self.number

    @rule(target=posted, amount=amounts)
    def budget_arrives(self, amount: int) -> Entry:
        return self.take(appropriate("city", "talent-2026", amount, self.day(), f"文{self.next_number()}"))

    @rule(target=posted, grant=grants, amount=amounts)
    def promise(self, grant: str, amount: int) -> Entry:
        return self.take(reserve("talent-2026", grant, amount, self.day(), self.next_number()))

    @rule(target=posted, grant=grants, instalment=st.integers(1, 3), amount=amounts)
    def pay_instalment(self, grant: str, instalment: int, amount: int) -> Entry:
        key = payment_key("settlement", grant, instalment, self.balances)
        known = self.balances.posted.get(key)
        return self.take(known or pay(key, grant, amount, self.day()))

    @rule(grant=grants, instalment=st.integers(1, 3))
    def bank_returns(self, grant: str, instalment: int) -> None:
        key = payment_key("settlement", grant, instalment, self.balances)
        if key not in self.balances.posted:
            self.balances = refuse(key, "账号不符", self.balances)
            assert payment_key("settlement", grant, instalment, self.balances) != key

    @rule(target=posted, grant=grants, amount=amounts)
    def give_up(self, grant: str, amount: int) -> Entry:
        return self.take(void("talent-2026", grant, amount, self.day(), self.next_number(), "放弃"))

    @rule(
        target=posted,
        grant=grants,
        served=st.integers(0, 60),
        total=amounts,
        formula=st.sampled_from(list(Formula)),
    )
    def ask_back(self, grant: str, served: int, total: int, formula: Formula) -> Entry:
        owed = owed_back(Terms(formula, 60, 60, 7), total, self.balances.of(f"paid:{grant}"), served)
        if not owed.total_fen:
            return Entry("", START, ())
        return self.take(demand(grant, owed.refund_fen, owed.penalty_fen, self.day(), self.next_number()))

    @rule(target=posted, grant=grants, amount=amounts)
    def ask_back_any_amount(self, grant: str, amount: int) -> Entry:
        return self.take(demand(grant, amount, 0, self.day(), self.next_number()))

    @rule(target=posted, grant=grants, amount=amounts, waive=st.booleans())
    def settle_demand(self, grant: str, amount: int, waive: bool) -> Entry:
        number = self.next_number()
        if waive:
            return self.take(write_off(grant, amount, self.day(), f"决定{number}"))
        return self.take(receive("talent-2026", grant, amount, self.day(), f"流水{number}"))

    @rule(target=posted, number=st.integers(1, 4))
    def posts_arrive(self, number: int) -> Entry:
        return self.take(appropriate("posts", "pool", number, self.day(), f"编{self.next_number()}"))

    @rule(
        target=posted, holder=st.sampled_from(HOLDERS), step=st.sampled_from(["approve", "occupy", "vacate"])
    )
    def move_post(self, holder: str, step: str) -> Entry:
        number = self.next_number()
        if step == "approve":
            return self.take(reserve("pool", holder, 1, self.day(), number))
        if step == "occupy":
            return self.take(occupy(holder, self.day(), f"编函{number}"))
        return self.take(vacate("pool", holder, self.day(), f"调离{number}"))

    @rule(per_mille=st.integers(0, 1000))
    def close(self, per_mille: int) -> None:
        line = YearLine("talent-2026", "talent-2027", "city", GRANTS)
        for entry in close_year(self.balances, [line], CarryRule(per_mille), self.day()):
            if entry.key not in self.balances.posted:
                self.take(entry)

    @rule(target=posted, entry=posted)
    def reverse(self, entry: Entry) -> Entry:
        return self.take(reversal(entry, entry.day, "录错")) if entry.key in self.balances.posted else entry

    @rule(entry=posted)
    def click_again(self, entry: Entry) -> None:
        if entry.key in self.balances.posted:
            assert post(self.balances.posted[entry.key], self.balances) is self.balances

    @rule(entry=posted)
    def same_key_other_content(self, entry: Entry) -> None:
        if entry.key in self.balances.posted:
            other = replace(self.balances.posted[entry.key], memo="改过的")
            assert isinstance(refusal_of(other, self.balances), KeyReused)

    @rule(entry=posted)
    def refused_for_good(self, entry: Entry) -> None:
        """What a bound refused once stays refused, even when the money has come."""
        if entry.key in self.balances.posted or not entry.key:
            return
        self.balances, refusal = attempt(entry, self.balances)
        if isinstance(refusal, OutOfBounds):
            assert isinstance(refusal_of(entry, self.balances), KeyRefused)
        elif refusal is None:
            self.journal.append(entry)
            self.count(entry)

    @precondition(lambda self: self.number)
    @rule(amount=amounts)
    def unbalanced(self, amount: int) -> None:
        legs = (Posting("budget:talent-2026", amount), Posting("reserved:g1", 1 - amount))
        assert isinstance(refusal_of(Entry("odd", START, legs), self.balances), InvalidEntry)

    @invariant()
    def the_dictionary_says_the_same(self) -> None:
        type(self).steps += 1
        held = {name: amount for name, amount in self.balances.amounts.items() if amount}
        assert held == {name: amount for name, amount in self.plain.items() if amount}

    @invariant()
    def balances_add_up_to_nothing(self) -> None:
        assert [self.balances.total(unit) for unit in Unit] == [0, 0, 0]

    @invariant()
    def no_bound_is_broken(self) -> None:
        for name, amount in self.balances.amounts.items():
            one = self.balances.accounts[name]
            assert one.floor is None or amount >= one.floor
            assert one.ceiling is None or amount <= one.ceiling

    @invariant()
    def refunds_stay_within_what_was_paid(self) -> None:
        for grant in GRANTS:
            assert 0 <= self.refunded[grant] <= self.paid[grant]
            assert self.balances.of(f"paid:{grant}") == self.paid[grant] - self.refunded[grant]

    @invariant()
    def every_key_stands_once(self) -> None:
        keys = [entry.key for entry in self.journal]
        assert len(set(keys)) == len(keys)
        assert set(keys) == self.balances.posted.keys()
        assert self.balances.posted.keys().isdisjoint(self.balances.refused)

    def teardown(self) -> None:
        """The journal replayed from nothing gives the same balances."""
        kept = [Kept(entry, entry.body_hash) for entry in self.journal]
        assert first_difference(self.balances.accounts, kept, self.balances.amounts) is None


def refusal_of(entry: Entry, balances: object) -> Exception | None:
    try:
        post(entry, balances)  # type: ignore[arg-type]
    except (Refused, InvalidEntry) as refusal:
        return refusal
    return None


class Careless(Office):
    """The negative control: an engine that forgets the bounds of accounts."""

    def engine(self, entry: Entry) -> Balances:
        loose = {name: replace(one, floor=None, ceiling=None) for name, one in self.balances.accounts.items()}
        after = post(entry, replace(self.balances, accounts=loose))
        return (
            after if after.posted is self.balances.posted else replace(after, accounts=self.balances.accounts)
        )


class Forgetful(Office):
    """The second one: an engine that posts a known key again."""

    def engine(self, entry: Entry) -> Balances:
        fresh = {key: known for key, known in self.balances.posted.items() if key != entry.key}
        return post(entry, replace(self.balances, posted=fresh))


FIND = [Phase.generate]  # the first failure is enough
STEADY = settings(max_examples=300, stateful_step_count=50, deadline=None)
LEAST_STEPS = 10_000


def test_the_ledger_stays_whole_whatever_the_office_does() -> None:
    Office.steps = 0

    run_state_machine_as_test(Office, settings=STEADY)  # type: ignore[no-untyped-call]

    assert Office.steps >= LEAST_STEPS


@pytest.mark.parametrize("wrong", [Careless, Forgetful])
def test_a_wrong_engine_is_found(wrong: type[Office]) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(wrong, settings=settings(STEADY, phases=FIND, print_blob=False))  # type: ignore[no-untyped-call]
