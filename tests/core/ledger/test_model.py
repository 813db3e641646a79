"""A stateful model: whatever the office does in whatever order, the ledger stays whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from juxian.core.ledger.accounts import Kind, Unit, account
from juxian.core.ledger.book import attempt, balances_of, post, refuse
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
    """Balances of the engine beside a plain count of what went where."""

    posted = Bundle("posted")

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
        try:
            self.balances = post(entry, before)
        except (OutOfBounds, KeyRefused, NotReversible):
            assert self.balances is before
            return entry
        assert (self.balances is before) == (not fresh)
        if fresh:
            self.journal.append(entry)
            self.count(entry)
        return entry

    def count(self, entry: Entry) -> None:
        for name, amount in entry.changes.items():
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


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None
)  # more than 10,000 steps
