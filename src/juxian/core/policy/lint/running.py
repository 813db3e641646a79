"""The lint of policies: all checks, day by day, version by version (政策检查)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import Policy, Version, open_always
from juxian.core.policy.lint.boundaries import boundaries
from juxian.core.policy.lint.facts import dead_facts, sole_criteria
from juxian.core.policy.lint.finding import Finding, Report, in_order
from juxian.core.policy.lint.inversion import inversions, inversions_between
from juxian.core.policy.lint.merits import Merits
from juxian.core.policy.lint.parts import View, view_of
from juxian.core.policy.lint.places import Desk
from juxian.core.policy.lint.stacked import never_given, never_together
from juxian.core.policy.lint.tables import check_benefit
from juxian.core.policy.lint.versions import versions_that_take_away
from juxian.core.policy.rulebook import Rulebook, rulebook

LIMIT = 1 << 16  # cells of one question; a grid that would have more is thinned, and says so (L190)


def lint(
    policies: Iterable[Policy],
    schema: Schema,
    as_of: date,
    merits: Merits | None = None,
    only: Collection[str] = (),
    limit: int = LIMIT,
    *,
    deep: bool = False,
) -> Report:
    """Every finding about versions in force on ``as_of`` or later, in the order of the files.

    only: ids of policies to tell about (all of them when empty); stacking is always weighed against the whole pack. deep: each
    benefit by itself is decided over every possible person by a solver, not over boundary values alone (extra ``verify``).
    """
    policies = tuple(policies)
    every = tuple(open_always(policy) for policy in policies)
    told = merits or Merits()
    run = _Run(schema, told, limit, deep=deep)
    for policy in every:
        if not only or policy.id in only:
            run.policy(policy, as_of)
    run.pack(every, as_of)
    windowed = {policy.id for policy in policies if open_always(policy) is not policy}
    findings = [
        _without_cases(finding) if finding.policy.id in windowed else finding
        for finding in run.findings
        if not only or finding.policy.id in only
    ]
    return Report(in_order(findings), run.cells)


class _Run:
    def __init__(self, schema: Schema, merits: Merits, limit: int, *, deep: bool) -> None:
        self.schema = schema
        self.merits = merits
        self.limit = limit
        self.deep = deep
        self.findings: list[Finding] = []
        self.cells = 0

    def policy(self, policy: Policy, as_of: date) -> None:
        """One policy on each day on which another of its versions is asked for."""
        live = [
            version
            for version in policy.versions
            if version.until is None or version.until > as_of or version.applies_by
        ]
        for day in dict.fromkeys(_day_of(version, as_of) for version in live):
            book = rulebook((policy,), day)
            desk = self.desk(book)
            for item in book.items:
                view = view_of(item, desk)
                self.findings += check_benefit(self.decided(view, desk) if self.deep else view, desk)
                self.findings += sole_criteria(view, self.merits, desk)
                self.findings += dead_facts(view, desk)
            for check in _CHECKS:
                self.findings += check(book, desk)
            self.findings += inversions(book, self.merits, desk)
            self.gather(desk)
        for version in live:
            desk = self.desk(rulebook((policy,), _day_of(version, as_of)))
            self.findings += versions_that_take_away(policy, version, desk)
            self.gather(desk)

    def decided(self, view: View, desk: Desk) -> View:
        """The benefit on persons chosen by the solver; as it was, where that cannot decide everything."""
        from juxian.core.policy.lint.solving import sampled  # deferred: needs z3, which is an extra

        found = sampled(view.item, desk.at)
        self.cells += found.size
        if not found.exact:
            return view
        if view.grid.thinned:
            desk.thinned.remove(view.item)
        return View(view.item, found)

    def pack(self, policies: tuple[Policy, ...], as_of: date) -> None:
        """Groups that reach over several policies."""
        book = rulebook(policies, as_of)
        desk = self.desk(book)
        self.findings += inversions_between(book, self.merits, desk)
        self.gather(desk)

    def desk(self, book: Rulebook) -> Desk:
        return Desk(book.situation(self.schema), self.limit)

    def gather(self, desk: Desk) -> None:
        self.cells += desk.cells
        self.findings += desk.unfinished()


_CHECKS: Sequence[Callable[[Rulebook, Desk], Iterator[Finding]]] = (never_given, never_together, boundaries)


def _without_cases(finding: Finding) -> Finding:
    """Rules are looked at as if one might apply at any time; a case is asked on its day, where the window may be shut."""
    return replace(finding, witness=tuple(replace(one, savable=False) for one in finding.witness))


def _day_of(version: Version, as_of: date) -> date:
    """A day of asking under the version: ``as_of`` if it is in force then, else its first day."""
    return max(as_of, version.since)
