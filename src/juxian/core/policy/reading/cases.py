"""Reading the cases of a policy (读取用例).

Problems: P401 unknown field · P402 value not accepted · P403 unknown benefit · P404 other policy · P405 verdict.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from juxian.core.facts.schema import ProfileField, Schema
from juxian.core.facts.values import Refusal
from juxian.core.policy.answers import answer
from juxian.core.policy.cases import Case, Expectation
from juxian.core.policy.document import Policy
from juxian.core.policy.entitlements import Verdict
from juxian.core.policy.fields import Fields
from juxian.core.policy.language import read_amount
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import close_words, names_of_schema
from juxian.core.policy.nodes import Number
from juxian.core.policy.paying import Later
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem
from juxian.core.text import Text

_VERDICTS = {
    "yes": Verdict.YES, "no": Verdict.NO, "unknown": Verdict.UNKNOWN, "符合": Verdict.YES, "不符合": Verdict.NO,
    "待补充材料": Verdict.UNKNOWN,
}  # fmt: skip
_EXPECT_KEYS = ("verdict", "amount", "article", "missing", "turns_on", "payments", "later")


def read_cases(document: Document, policy: Policy, schema: Schema) -> tuple[tuple[Case, ...], list[Problem]]:
    """The cases that ``document`` holds for ``policy``, and every problem; a wrong case is told and left out."""
    reader = _Reader(document, policy, schema)
    return reader.cases(), reader.in_order()


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
            later=self.choice((*path, "later"), list(Later)),
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
