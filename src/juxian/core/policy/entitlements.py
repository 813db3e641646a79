"""Everything that one person is entitled to, with amounts, payments and reasons (一人全部待遇)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.money import split_by_share
from juxian.core.policy.compiled import answerer
from juxian.core.policy.decisions import Decision, decide_by, decide_some
from juxian.core.policy.document import Benefit, Payer, Policy, StackingRule, Version
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.explain import told_of, without_spouse
from juxian.core.policy.outcomes import Outcome, either
from juxian.core.policy.reasoning import teller
from juxian.core.policy.reasons import Reason, Standing, Told, together
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.rulebook import Rulebook, rulebook
from juxian.core.policy.turning import Change, nearest_changes, turning_day
from juxian.core.text import Text


class Verdict(StrEnum):
    YES = "yes"  # 符合
    NO = "no"  # 不符合
    UNKNOWN = "unknown"  # 待补充材料


# in the order of compiled.YES, NO, UNKNOWN; names of their own, since reading a member of an enum costs more than comparing it
_VERDICTS = _YES, _NO, _UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
COMPILED_AFTER = 40  # persons asked under one rulebook, about as many as making the functions costs


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment: ``after_months`` from the first; ``needs`` is the condition in the author's words.

    on: days of a year (``12-31``), on one of which it falls, where those are fixed; ``after_months`` is rounded then. upon: the
    date field of the event with which it falls due. payer: who pays it, where several do.
    """

    number: int
    amount_fen: int
    after_months: int
    needs: str = ""
    on: tuple[str, ...] = ()
    upon: str = ""
    payer: Text | None = None


def payments_of(benefit: Benefit, amount_fen: int | None) -> tuple[Payment, ...]:
    """The schedule of an amount, split to the fen; empty when it is unknown or nothing. Payers stand one after the other."""
    if not amount_fen:
        return ()
    return tuple(
        payment for payer, part in benefit.parts(amount_fen) for payment in _payments(benefit, payer, part)
    )


def _payments(benefit: Benefit, payer: Payer | None, amount_fen: int) -> Iterator[Payment]:
    pay = payer.pay if payer else benefit.pay
    needs = pay.each_if.text if pay.each_if else ""
    between = 12 // len(pay.days) if pay.days else pay.months_between
    on = tuple(f"{month}-{day}" for month, day in pay.days)
    for number, part in enumerate(split_by_share(amount_fen, pay.shares)):
        yield Payment(
            number + 1,
            part,
            number * between,
            needs if number else "",
            on if number or not pay.first_at_once else (),
            pay.upon if number else "",
            payer.title if payer else None,
        )


@dataclass(eq=False)  # not frozen, which would cost a third of an answer
class Entitlement:
    """One benefit for one person; never changed.

    verdict: yes only when it holds and its amount is decided. amount_fen: what counts after stacking and caps, 0 for no,
    None while facts that decide it are missing. offered_fen: what this benefit by itself gives (differs for an
    alternative that another is chosen over, and under caps). low_fen/high_fen: what it may come to, once it holds. All the
    rest is worked out when first asked for.
    """

    policy: Policy
    verdict: Verdict
    amount_fen: int | None
    offered_fen: int | None
    low_fen: int
    high_fen: int
    _case: _Case = field(repr=False)
    _places: tuple[int, ...] = field(repr=False)

    @property
    def version(self) -> Version:
        """The one in force for the person, else one that may be, else the newest."""
        return self._case.book.items[self._place].version

    @property
    def benefit(self) -> Benefit:
        return self._case.book.items[self._place].benefit

    @property
    def standing(self) -> Standing:
        if self.verdict is _UNKNOWN:
            return Standing.MISSING
        if self.verdict is _YES:
            return Standing.GRANTED if self._told.counts else Standing.ALTERNATIVE
        return self._told.against

    @property
    def missing(self) -> tuple[str, ...]:
        """Stored fields by English name that keep it undecided."""
        return _missing(self._case, self._places) if self.verdict is _UNKNOWN else ()

    @property
    def article(self) -> str:
        """The clause that decides: the row's own where it has one."""
        return self._told.article

    @property
    def in_kind(self) -> Text | None:
        """What is given beside money: of the row that holds, once the benefit is a yes."""
        return self._told.in_kind if self.verdict is Verdict.YES else None

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        """Instalments of what counts (of the offer, for an alternative)."""
        whole = self.offered_fen if self.standing is Standing.ALTERNATIVE else self.amount_fen
        return payments_of(self.benefit, whole) if self.verdict is Verdict.YES else ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Version, who, rows, what was received, stacking, caps; see ``reasons.Reason``."""
        return self._told.reasons

    @cached_property
    def turns_on(self) -> date | None:
        """For a no: the day on which time alone makes it a yes."""
        if self.verdict is not Verdict.NO:
            return None
        return turning_day(
            self._case.policies, self._decisions, self._case.row, self._case.at.as_of, self._ask
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """For a no: single changes of one field that would make it a yes."""
        if self.verdict is not Verdict.NO:
            return ()
        return nearest_changes(self._decisions, self._case.row, self._case.at, self._ask)

    @property
    def displaced_by(self) -> tuple[Benefit, ...]:
        """Benefits of the same group that are given instead."""
        return tuple(self._case.book.items[place].benefit for place in self._told.displaced_by)

    @property
    def _decisions(self) -> list[Decision]:
        return [self._case.decisions[place] for place in self._places]

    @property
    def _told(self) -> Told:
        told, places = self._case.told, self._places
        return told[places[0] if len(places) == 1 else self._place]

    @property
    def _place(self) -> int:
        if len(self._places) == 1:
            return self._places[0]
        return self._places[shown_among([self._case.told[place].in_force for place in self._places])]

    def _ask(self, day: date, row: Mapping[str, Any]) -> tuple[str, int | None]:
        """Verdict and offer on another day or for a changed row; only what bears on this benefit is worked out."""
        book = self._case.book if day == self._case.at.as_of else self._case.book.on(self._case.policies, day)
        places = book.keys.get((self.policy.id, self.benefit.id), ())
        if not places:
            return Verdict.NO, 0
        decisions = decide_some(book, book.together(places), row, self._case.at.schema)
        verdict, _, offered = judged([decisions[place] for place in places])
        return verdict, offered.fixed


@dataclass(frozen=True)
class _Case:
    """One person on one day under all policies."""

    policies: tuple[Policy, ...]
    book: Rulebook
    row: Mapping[str, Any]
    at: Situation
    compiled: bool
    spouse_shown: bool = False

    @cached_property
    def told(self) -> Sequence[Told]:
        """Of every item of the rulebook, with its reasons; without what the spouse has where the reader may not see it."""
        found, schema = self._everything(), self.at.schema
        if self.spouse_shown or not schema.of_spouse:
            return found
        return [told._replace(reasons=without_spouse(told.reasons, schema)) for told in found]

    def _everything(self) -> Sequence[Told]:
        if self.compiled:
            return teller(self.book, self.at.schema)(self.row)
        seen = Evidence(self.row, self.at)
        return [told_of(decision, self.decisions, seen) for decision in self.decisions]

    @cached_property
    def decisions(self) -> Sequence[Decision]:
        """Stage by stage, by the reference."""
        return decide_by(self.book, Evidence(self.row, self.at))


@dataclass(frozen=True)
class Entitlements:
    """All benefits of one person on ``as_of``, in the order of the policies."""

    as_of: date
    items: tuple[Entitlement, ...]
    _case: _Case = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[Entitlement]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def of(self, benefit: str) -> Entitlement | None:
        """By benefit id; the first when several policies use it."""
        return next((item for item in self.items if item.benefit.id == benefit), None)

    @property
    def total_fen(self) -> int:
        """Sum of what is decided and counts."""
        return sum(item.amount_fen or 0 for item in self.items if item.verdict is Verdict.YES)

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields that keep some benefit undecided, those that decide most first."""
        counts: dict[str, int] = {}
        for item in self.items:
            for name in item.missing:
                counts[name] = counts.get(name, 0) + 1
        return tuple(sorted(counts, key=lambda name: -counts[name]))


def entitlements(
    policies: Iterable[Policy],
    row: Mapping[str, Any],
    as_of: date,
    schema: Schema,
    applied: date | None = None,
    *,
    spouse_shown: bool = False,
) -> Entitlements:
    """All benefits of the person whose profile is ``row`` (canonical values; absent or None is unknown).

    applied: the day on which the person applied, which windows of applying are asked for; None is ``as_of``.
    spouse_shown: reasons tell values of the spouse's record to whoever may see it; else only whether a condition on it is met.
    """
    every = tuple(policies)
    book = rulebook(every, as_of, applied)
    at = book.situation(schema)
    asked = at.memory["asked", as_of] = at.memory.get(("asked", as_of), 0) + 1
    case = _Case(every, book, row, at, asked > COMPILED_AFTER, spouse_shown)
    found = _compiled(case) if case.compiled else _by_reference(case)
    return Entitlements(as_of, tuple(found), case)


def _compiled(case: _Case) -> Iterator[Entitlement]:
    """Through the generated function: the same verdicts and amounts, without the stages between."""
    answers = answerer(case.book, case.at.schema)(case.row)
    for places, (verdict, amount, low, high) in zip(case.book.keys.values(), answers, strict=True):
        policy = case.book.items[places[0]].policy
        offered = low if low == high else None
        yield Entitlement(policy, _VERDICTS[verdict], amount, offered, low, high, case, places)


def _by_reference(case: _Case) -> Iterator[Entitlement]:
    for places in case.book.keys.values():
        verdict, amount, offered = judged([case.decisions[place] for place in places])
        policy = case.book.items[places[0]].policy
        low, high = (0, 0) if verdict is Verdict.NO else (offered.low, offered.high)
        fixed = low if low == high else None
        yield Entitlement(policy, verdict, amount, fixed, low, high, case, places)


def judged(decisions: Sequence[Decision]) -> tuple[Verdict, int | None, Outcome]:
    """Verdict, counted amount and offer of one benefit over the versions that may apply."""
    offered = either(decision.offered for decision in decisions)
    if offered.holds is False:
        return Verdict.NO, 0, offered
    if offered.holds is None or offered.fixed is None:
        return Verdict.UNKNOWN, None, offered
    counted = either(decision.amount._replace(holds=decision.offered.holds) for decision in decisions)
    return Verdict.YES, counted.fixed, offered


def shown_of(decisions: Sequence[Decision]) -> Decision:
    """The version that explains."""
    return decisions[shown_among([decision.in_force for decision in decisions])]


def shown_among(in_force: Sequence[bool | None]) -> int:
    """The version that explains: the newest in force, else the newest that may be, else the newest."""
    for wanted in (True, None):
        if wanted in in_force:
            return len(in_force) - 1 - in_force[::-1].index(wanted)
    return len(in_force) - 1


def _missing(case: _Case, places: Sequence[int]) -> tuple[str, ...]:
    """Own missing fields, and those of benefits that may exclude this one."""
    told = case.told
    if len(places) == 1 and not told[places[0]].displaced_perhaps:
        return told[places[0]].missing
    found = [told[place].missing for place in places]
    for place in places:
        if told[place].displaced_perhaps and any(
            s.rule is not StackingRule.CHOOSE_ONE for s in case.book.items[place].benefit.stacking
        ):
            found += [told[other].missing for other in told[place].displaced_perhaps]
    return together(found)
