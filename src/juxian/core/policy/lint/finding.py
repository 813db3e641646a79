"""What the lint of policies says: a finding, where it stands, and a person who shows it (检查结论与见证人)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import Policy
from juxian.core.policy.entitlements import Verdict, entitlements
from juxian.core.policy.reasons import Standing
from juxian.core.positioned import Path
from juxian.core.source import Problem, Span
from juxian.core.text import Text

Severity = Literal["warning", "question"]
Row = Mapping[str, Any]

CODES: dict[str, Text] = {
    "L101": Text("永远轮不到的行", "row never reached"),
    "L102": Text("空档", "gap"),
    "L103": Text("重叠", "overlap"),
    "L104": Text("永不成立的条件", "contradiction"),
    "L105": Text("从不兑现的待遇", "benefit that never pays"),
    "L106": Text("漏掉的边界值", "boundary just missed"),
    "L107": Text("倒挂", "inversion"),
    "L108": Text("跨政策倒挂", "inversion between policies"),
    "L109": Text("单一标准", "sole criterion"),
    "L110": Text("无来源的字段", "dead fact"),
    "L111": Text("从不同时享受的两项", "benefits that never go together"),
    "L112": Text("新版减少的待遇", "version that takes away"),
    "L190": Text("未检查完全", "not examined in full"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one benefit comes out for an example; None while it is undecided.

    amount_fen: what it gives, also where the person may choose another instead; counted_fen: what of it counts in totals.
    """

    benefit: str
    title: Text
    verdict: Verdict
    amount_fen: int | None
    counted_fen: int | None
    in_kind: bool


@dataclass(frozen=True)
class Example:
    """One person, as few facts as will do, on one day under one policy.

    ``name`` says what the person stands for; ``row`` is a profile in canonical values. savable: whether a case of the
    policy can say the same; not where several policies are weighed together, or a version is only supposed in force.
    """

    name: Text
    policy: Policy = field(repr=False)
    row: Row
    day: date
    results: tuple[Result, ...]
    savable: bool = True


@dataclass(frozen=True)
class Finding:
    """One thing to mend (warning) or to answer (question), with the persons who show it."""

    code: str
    severity: Severity
    message: Text
    policy: Policy = field(repr=False)
    benefit: str
    span: Span
    witness: tuple[Example, ...] = ()

    @property
    def source(self) -> str:
        return self.policy.origin.source.name

    @property
    def quoted(self) -> str:
        return self.policy.origin.source.line(self.span.line)

    @property
    def place(self) -> tuple[str, int, int, str]:
        """Findings are shown in this order."""
        return self.source, self.span.line, self.span.column, self.code

    def render(self, language: str = "zh") -> str:
        """Position, sentence, quoted line and mark, as problems of packs are shown."""
        return Problem(self.code, self.message, self.source, self.span, self.quoted).render(language)


@dataclass(frozen=True)
class Report:
    """Everything that a lint found, in the order of the files. cells: how many combinations of facts were weighed."""

    findings: tuple[Finding, ...]
    cells: int

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)


def example(
    name: Text,
    policies: Sequence[Policy],
    benefits: Iterable[str],
    row: Row,
    day: date,
    schema: Schema,
    *,
    savable: bool = True,
) -> Example:
    """The person as the reference evaluator sees them under ``policies`` together; the example is told of the first."""
    wanted = set(benefits)
    found = [item for item in entitlements(policies, row, day, schema) if item.benefit.id in wanted]
    results = tuple(
        Result(
            item.benefit.id,
            item.benefit.title,
            item.verdict,
            item.offered_fen if item.standing is Standing.ALTERNATIVE else item.amount_fen,
            item.amount_fen,
            not item.benefit.is_money,
        )
        for item in found
    )
    return Example(name, policies[0], dict(row), day, results, savable and len(policies) == 1)


def span_of(policy: Policy, path: Path, within: tuple[int, int] | None = None) -> Span:
    """The value at ``path``, or the part of its text from one offset to another."""
    document = policy.origin
    if within is None:
        return document.span(path)
    return document.span_within(path, within[0], max(1, within[1] - within[0]))


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """File by file from top to bottom, each thing said once."""
    said: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        said.setdefault((*finding.place, finding.policy.id, finding.benefit, finding.message), finding)
    return tuple(sorted(said.values(), key=lambda finding: finding.place))
