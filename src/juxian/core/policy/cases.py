"""The office's own tests of a policy (用例): a person, a day, what is expected; run in one go.

``reading.cases`` reads them. Problem: P450 a case came out differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juxian.core.facts.profile import with_spouse
from juxian.core.facts.schema import Schema
from juxian.core.policy.document import PointsTable, Policy
from juxian.core.policy.entitlements import Entitlement, Verdict, entitlements
from juxian.core.policy.paying import Later, later_payment
from juxian.core.policy.reasons import Standing
from juxian.core.policy.rowwise import Situation, day_of, evaluate
from juxian.core.policy.rulebook import rulebook
from juxian.core.policy.wording import field_title, money_words
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, problem_at
from juxian.core.text import Text

VERDICT_WORDS = {
    Verdict.YES: Text("符合", "yes"), Verdict.NO: Text("不符合", "no"), Verdict.UNKNOWN: Text("待补充材料", "unknown"),
}  # fmt: skip
_LATER_WORDS = {
    Later.PAID: Text("发放", "paid"),
    Later.NOT_MET: Text("未达到条件", "not met"),
    Later.STOPPED: Text("停发", "stopped"),
    Later.ENDED: Text("终止", "ended"),
    Later.UNKNOWN: Text("待核", "unknown"),
}


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
    later: str = ""  # of a payment after the first, on the day of the case


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


def run_cases(
    policy: Policy, cases: Iterable[Case], schema: Schema, others: Iterable[Policy] = ()
) -> list[CaseResult]:
    """Run cases on ``policy`` alone, or together with ``others`` of the pack for stacking across policies."""
    policies = [policy, *(other for other in others if other is not policy)]
    return [_run(case, policy, policies, schema) for case in cases]


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
            told = Text(f"用例“{case.name}”：{message.zh}", f"case “{case.name}”: {message.en}")
            problems.append(problem_at(case.document.source, span, "P450", told))
        if expectation.later:
            problems += _later(expectation, case, policy, policies, schema)
    for word, wanted in case.points.items():
        table = _table(case, policy, word)
        got = evaluate(table.sum, case.row, Situation(case.day, schema)) if table else None
        if table is None or got != wanted:
            shown = [Text("未定", "undecided") if sum_ is None else Text(str(sum_)) for sum_ in (wanted, got)]
            told = Text(
                f"用例“{case.name}”：积分应为 {shown[0].zh}，实为 {shown[1].zh}",
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


def _later(
    want: Expectation, case: Case, policy: Policy, policies: Sequence[Policy], schema: Schema
) -> Iterator[Problem]:
    """What becomes of later payments by the version that was in force on the day; of several payers all must come out so."""
    version = policy.version_on(case.day)
    benefit = next((b for b in version.benefits if b.id == want.benefit), None) if version else None
    at = rulebook(tuple(policies), case.day).situation(schema)
    row = with_spouse(case.row, schema, None)
    for given in {later_payment(pay, row, at) for pay in benefit.pays} if benefit else ():
        if given != want.later:
            wanted, came = _LATER_WORDS[Later(want.later)], _LATER_WORDS[given]
            told = Text(
                f"用例“{case.name}”：后续各期应为{wanted.zh}，实为{came.zh}",
                f"case “{case.name}”: later payments should be {wanted.en}, are {came.en}",
            )
            span = case.document.span((*want.path, "later"))
            yield problem_at(case.document.source, span, "P450", told)


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
    """The step that decided, so that the office need not look for it: what gives it, what is missing, what is not met."""
    if got is None:
        return Text("（当日没有施行的版本）", " (no version is in force on the day)")
    if got.missing:
        titles = _titles(got.missing, schema)
        return Text(f"（缺{titles.zh}）", f" (missing: {titles.en})")
    if got.verdict is Verdict.YES:
        return _given(got)
    rows = [reason for reason in got.reasons if reason.kind == "row"]
    refused = next((reason for reason in got.reasons if reason.holds is False and reason.kind != "row"), None)
    if refused is None and len(rows) > 1 and all(reason.holds is False for reason in rows):
        return Text("（各档都不符合）", " (none of its rows holds)")
    refused = refused or next((reason for reason in rows if reason.holds is False), None)
    if refused is None:
        return Text("", "")
    if refused.kind in ("version", "received", "stacking", "cap"):  # no condition of the person's
        return Text(f"（{refused.statement.zh}）", f" ({refused.statement.en})")
    return Text(f"（不符合“{refused.statement.zh}”）", f" (not met: {refused.statement.en})")


def _given(got: Entitlement) -> Text:
    """The row that gives a benefit by what it asks for, else its article, and how much it gives."""
    row = next((reason for reason in got.reasons if reason.kind == "row" and reason.holds), None)
    by = Text(
        got.article or got.benefit.title.zh, got.article or got.benefit.title.en or got.benefit.title.zh
    )
    if row is not None and row.written:  # its words end in what it gives
        zh, en = row.statement.zh.rpartition("：")[0], (row.statement.en or "").rpartition(": ")[0]
        by = Text(zh, en or zh)
    if not got.benefit.is_money:
        return Text(f"（按“{by.zh}”）", f" (by “{by.en}”)")
    amount = _money(_amount(got))
    return Text(f"（按“{by.zh}”给 {amount.zh}）", f" (by “{by.en}”, {amount.en})")
