"""The office's own tests of a policy (案例): a person, a day, what is expected. Read with positions, run in one go.

Problems: P401 unknown field · P402 value not accepted · P403 unknown benefit · P404 other policy · P405 verdict ·
P450 a case came out differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juxian.core.facts.profile import with_spouse
from juxian.core.facts.schema import ProfileField, Schema
from juxian.core.facts.values import Refusal
from juxian.core.policy.answers import answer
from juxian.core.policy.document import PointsTable, Policy
from juxian.core.policy.entitlements import Entitlement, Verdict, entitlements
from juxian.core.policy.fields import Fields
from juxian.core.policy.language import read_amount
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import close_words, names_of_schema
from juxian.core.policy.nodes import Number
from juxian.core.policy.reasons import Standing
from juxian.core.policy.rowwise import Situation, day_of, evaluate
from juxian.core.policy.wording import field_title, money_words
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, problem_at
from juxian.core.text import Text

_VERDICTS = {
    "yes": Verdict.YES, "no": Verdict.NO, "unknown": Verdict.UNKNOWN, "符合": Verdict.YES, "不符合": Verdict.NO,
    "待补充材料": Verdict.UNKNOWN,
}  # fmt: skip
VERDICT_WORDS = {
    Verdict.YES: Text("符合", "yes"), Verdict.NO: Text("不符合", "no"), Verdict.UNKNOWN: Text("待补充材料", "unknown"),
}  # fmt: skip
_EXPECT_KEYS = ("verdict", "amount", "article", "missing", "turns_on", "payments")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects of one benefit; None is not asked."""

    benefit: str
    path: Path
    verdict: Verdict | None = None
    amount_fen: int | None = None
    article: str | None = None
    missing: frozenset[str] | None = None
    turns_on: date | None = None
    payments: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One example; ``row`` is a profile in canonical values, ``document`` the file it stands in."""

    name: str
    row: Mapping[str, Any]
    day: date
    expectations: tuple[Expectation, ...]
    path: Path
    document: Document
    points: Mapping[str, int | None] = field(default_factory=dict)  # id of a points table → sum, None unknown


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case came out; ``problems`` tell each difference at its place in the file."""

    case: Case
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems


def read_cases(document: Document, policy: Policy, schema: Schema) -> tuple[tuple[Case, ...], list[Problem]]:
    """The cases that ``document`` holds for ``policy``, and every problem; a wrong case is told and left out."""
    reader = _Reader(document, policy, schema)
    return reader.cases(), reader.in_order()


def run_cases(
    policy: Policy, cases: Iterable[Case], schema: Schema, others: Iterable[Policy] = ()
) -> list[CaseResult]:
    """Run cases on ``policy`` alone, or together with ``others`` of the pack for stacking across policies."""
    policies = [policy, *(other for other in others if other is not policy)]
    return [_run(case, policy, policies, schema) for case in cases]


class _Reader(Fields):
    def __init__(self, document: Document, policy: Policy, schema: Schema) -> None:
        super().__init__(document)
        self.policy = policy
        self.schema = schema

    def cases(self) -> tuple[Case, ...]:
        if not self.mapping((), ("policy", "cases"), ("policy", "cases")):
            return ()
        named = self.text(("policy",))
        if named and named != self.policy.id:
            self.wrong(
                ("policy",),
                "P404",
                Text(
                    f"这里写的是“{named}”，政策是“{self.policy.id}”",
                    f"this says {named}, the policy is {self.policy.id}",
                ),
            )
        found = (
            [self.case(path) for path in self.items(("cases",))] if self.get(("cases",)) is not None else []
        )
        return tuple(case for case in found if case)

    def case(self, path: Path) -> Case | None:
        if not self.mapping(path, ("name", "person", "day", "expect", "points", "note"), ("name", "day")):
            return None
        day = self.day((*path, "day"))
        row = self.person((*path, "person"), day)
        points = self.sums((*path, "points"))
        if not points and self.get((*path, "expect")) is None:
            self.missing(path, "expect")
        expectations = self.expectations((*path, "expect"))
        if day is None:
            return None
        return Case(self.text((*path, "name")), row, day, expectations, path, self.document, points)

    def sums(self, path: Path) -> dict[str, int | None]:
        """Expected sums of points tables; ``unknown`` where a fact is missing."""
        value = self.get(path)
        if value is None or not isinstance(value, dict):
            if value is not None:
                self.wrong(path, "P301", Text("这里写“积分表: 分数”", "write “points table: points” here"))
            return {}
        tables = {
            word: table.id
            for v in self.policy.versions
            for table in v.points
            for word in (table.id, table.title.zh)
        }
        found: dict[str, int | None] = {}
        for word in value:
            if word not in tables:
                known = "、".join(tables) or "—"
                self.wrong(
                    (*path, word), "P403", Text(f"本政策没有积分表“{word}”", f"the policy has no points table {word}"),
                    Text(f"可写：{known}", f"known: {known}"), key=True,
                )  # fmt: skip
            elif value[word] in ("unknown", "待补充材料"):
                found[tables[word]] = None
            else:
                found[tables[word]] = self.integer((*path, word), -(10**9), 10**9)
        return found

    def person(self, path: Path, day: date | None) -> dict[str, Any]:
        """Canonical profile row; an age or a number of years becomes the date that gives exactly that on the day."""
        value = self.get(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(path, "P301", Text("这里需要若干“字段: 值”", "“field: value” pairs are needed here"))
            return {}
        row: dict[str, Any] = {}
        for word, raw in value.items():
            place = (*path, word)
            field = self.schema.find_field(word)
            if field is None:
                self.unknown_field(place, word)
            elif raw is not None:
                row.update(self.value(place, field, raw, day))
        return row

    def unknown_field(self, path: Path, word: str) -> None:
        close = names_of_schema(self.schema).close_to(word)
        hint = Text("是否想写：" + "、".join(close), "did you mean " + ", ".join(close)) if close else None
        self.wrong(path, "P401", Text(f"没有名为“{word}”的字段", f"there is no field {word}"), hint, key=True)

    def value(self, path: Path, field: ProfileField, raw: object, day: date | None) -> dict[str, Any]:
        titles = {benefit.title.zh: benefit.id for benefit in self.policy.benefits.values()}
        found = answer(field, raw, day or date(2000, 1, 1), self.schema, titles)
        if isinstance(found, Refusal):
            self.wrong(path, "P402", found.reason)
            return {}
        return found

    def expectations(self, path: Path) -> tuple[Expectation, ...]:
        value = self.get(path)
        if not isinstance(value, dict) or not value:
            if value is not None:
                self.wrong(path, "P301", Text("这里写“待遇: 结论”", "write “benefit: verdict” here"))
            return ()
        found = []
        for word in value:
            benefit = self.benefit((*path, word), word)
            if benefit:
                found.append(self.expectation((*path, word), benefit))
        return tuple(found)

    def benefit(self, path: Path, word: str) -> str:
        for benefit in self.policy.benefits.values():
            if word in (benefit.id, benefit.title.zh, benefit.title.en):
                return benefit.id
        known = list(self.policy.benefits)
        self.wrong(
            path, "P403", Text(f"本政策没有待遇“{word}”", f"the policy has no benefit {word}"),
            Text("可写：" + "、".join(close_words(word, known) or known), "known: " + ", ".join(close_words(word, known) or known)),
            key=True,
        )  # fmt: skip
        return ""

    def expectation(self, path: Path, benefit: str) -> Expectation:
        value = self.get(path)
        if isinstance(value, bool | str):
            return Expectation(benefit, path, self.verdict(path))
        if not self.mapping(path, _EXPECT_KEYS):
            return Expectation(benefit, path)
        article = self.get((*path, "article"))
        missing = self.get((*path, "missing"))
        payments = self.get((*path, "payments"))
        return Expectation(
            benefit=benefit,
            path=path,
            verdict=self.verdict((*path, "verdict")),
            amount_fen=self.amount((*path, "amount")),
            article=self.text((*path, "article")) if article is not None else None,
            missing=self.names((*path, "missing")) if missing is not None else None,
            turns_on=self.day((*path, "turns_on")),
            payments=self.amounts((*path, "payments")) if payments is not None else None,
        )

    def verdict(self, path: Path) -> Verdict | None:
        """yes, no, unknown; YAML reads a bare yes and no as true and false."""
        value = self.get(path)
        if isinstance(value, bool):
            return Verdict.YES if value else Verdict.NO
        if value is None or value in _VERDICTS:
            return _VERDICTS.get(value) if value else None
        self.wrong(
            path, "P405", Text(f"“{value}”不是结论", f"“{value}” is not a verdict"),
            Text("写 yes、no 或 unknown", "write yes, no or unknown"),
        )  # fmt: skip
        return None

    def amount(self, path: Path) -> int | None:
        value = self.get(path)
        if value is None:
            return None
        amount, problems = read_amount(
            self.text(path), names_of_schema(self.schema), value_in(self.document, path)
        )
        self.problems += problems
        if amount is None:
            return None
        if isinstance(amount.term, Number):
            return amount.term.value
        self.wrong(
            path,
            "P306",
            Text("这里需要固定金额", "a fixed amount is needed here"),
            Text("如 10万元", "such as 10万元"),
        )
        return None

    def amounts(self, path: Path) -> tuple[int, ...]:
        found = [self.amount(item) for item in self.items(path)]
        return tuple(amount for amount in found if amount is not None)

    def names(self, path: Path) -> frozenset[str]:
        value = self.get(path)
        found = set()
        for word in value if isinstance(value, list) else [value]:
            field = self.schema.find_field(str(word))
            if field is None:
                self.wrong(path, "P401", Text(f"没有名为“{word}”的字段", f"there is no field {word}"))
            else:
                found.add(field.years_since or field.name)
        return frozenset(found)


def _run(case: Case, policy: Policy, policies: Sequence[Policy], schema: Schema) -> CaseResult:
    found = {
        item.benefit.id: item
        for item in entitlements(policies, with_spouse(case.row, schema, None), case.day, schema)
        if item.policy is policy
    }
    problems: list[Problem] = []
    for expectation in case.expectations:
        for key, message in _differences(expectation, found.get(expectation.benefit), schema):
            path = (*expectation.path, key)
            span = case.document.span(path)
            told = Text(f"案例“{case.name}”：{message.zh}", f"case “{case.name}”: {message.en}")
            problems.append(problem_at(case.document.source, span, "P450", told))
    for word, wanted in case.points.items():
        table = _table(case, policy, word)
        got = evaluate(table.sum, case.row, Situation(case.day, schema)) if table else None
        if table is None or got != wanted:
            shown = [Text("未定", "undecided") if sum_ is None else Text(str(sum_)) for sum_ in (wanted, got)]
            told = Text(
                f"案例“{case.name}”：积分应为 {shown[0].zh}，实为 {shown[1].zh}",
                f"case “{case.name}”: the points should be {shown[0].en or shown[0].zh}, are {shown[1].en or shown[1].zh}",
            )
            path = (*case.path, "points")
            problems.append(problem_at(case.document.source, case.document.span(path), "P450", told))
    return CaseResult(case, tuple(problems))


def _table(case: Case, policy: Policy, id_: str) -> PointsTable | None:
    """The points table in the version that counts for the case."""
    for version in reversed(policy.versions):
        by = case.row.get(version.applies_by) if version.applies_by else case.day
        day = day_of(by)
        if day is not None and version.since <= day and (version.until is None or day < version.until):
            return next((table for table in version.points if table.id == id_), None)
    return None


def _differences(want: Expectation, got: Entitlement | None, schema: Schema) -> list[tuple[str, Text]]:
    """(key of the expectation, what differs)."""
    verdict = got.verdict if got else Verdict.NO
    found: list[tuple[str, Text]] = []
    if want.verdict is not None and verdict is not want.verdict:
        wanted, given = VERDICT_WORDS[want.verdict], VERDICT_WORDS[verdict]
        why = _why(got, schema)
        found.append(
            (
                "verdict",
                Text(
                    f"应为{wanted.zh}，实为{given.zh}{why.zh}",
                    f"expected {wanted.en}, got {given.en}{why.en}",
                ),
            )
        )
    if want.amount_fen is not None:
        amount = _amount(got)
        if amount != want.amount_fen:
            wanted, given = money_words(want.amount_fen), _money(amount)
            found.append(
                (
                    "amount",
                    Text(
                        f"金额应为 {wanted.zh}，实为 {given.zh}",
                        f"amount should be {wanted.en}, is {given.en}",
                    ),
                )
            )
    if want.article is not None and want.article != (got.article if got else ""):
        given_article = got.article if got else ""
        found.append(
            (
                "article",
                Text(
                    f"条款应为“{want.article}”，实为“{given_article}”",
                    f"article should be {want.article}, is {given_article}",
                ),
            )
        )
    if want.missing is not None and want.missing != frozenset(got.missing if got else ()):
        wanted, given = _titles(sorted(want.missing), schema), _titles(got.missing if got else (), schema)
        found.append(
            (
                "missing",
                Text(
                    f"缺少的应为{wanted.zh}，实为{given.zh}", f"missing should be {wanted.en}, is {given.en}"
                ),
            )
        )
    if want.turns_on is not None and want.turns_on != (got.turns_on if got else None):
        day = got.turns_on.isoformat() if got and got.turns_on else "—"
        found.append(
            (
                "turns_on",
                Text(
                    f"到期日应为 {want.turns_on}，实为 {day}", f"the day should be {want.turns_on}, is {day}"
                ),
            )
        )
    if want.payments is not None:
        parts = tuple(payment.amount_fen for payment in got.payments) if got else ()
        if parts != want.payments:
            shown = "、".join(money_words(part).zh for part in parts) or "—"
            found.append(("payments", Text(f"各期应与所写一致，实为 {shown}", f"the payments are {shown}")))
    return found


def _amount(got: Entitlement | None) -> int | None:
    if got is None:
        return 0
    return got.offered_fen if got.standing is Standing.ALTERNATIVE else got.amount_fen


def _money(amount_fen: int | None) -> Text:
    return Text("未定", "undecided") if amount_fen is None else money_words(amount_fen)


def _titles(names: Iterable[str], schema: Schema) -> Text:
    titles = [field_title(name, schema) for name in names]
    return Text(
        "、".join(title.zh for title in titles) or "无",
        ", ".join(title.en or title.zh for title in titles) or "nothing",
    )


def _why(got: Entitlement | None, schema: Schema) -> Text:
    """The step that decided, so that the office need not look for it."""
    if got is None:
        return Text("（当日没有施行的版本）", " (no version is in force on the day)")
    if got.missing:
        titles = _titles(got.missing, schema)
        return Text(f"（缺{titles.zh}）", f" (missing: {titles.en})")
    refused = next((reason for reason in got.reasons if reason.holds is False), None)
    if refused is None:
        return Text("", "")
    return Text(f"（{refused.statement.zh}）", f" ({refused.statement.en})")
