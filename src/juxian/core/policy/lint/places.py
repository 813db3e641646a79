"""Where the parts of a policy stand in its file, and how a finding about them is made (位置)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from juxian.core.facts.schema import Schema
from juxian.core.facts.values import parse_day
from juxian.core.policy.document import Policy, Version
from juxian.core.policy.lint.axes import Rules, axes_of
from juxian.core.policy.lint.finding import Finding, Row, Severity, example, span_of
from juxian.core.policy.lint.grid import Grid
from juxian.core.policy.nodes import Node
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.rulebook import Item
from juxian.core.positioned import Path
from juxian.core.text import Text

Person = tuple[Text, Row]  # what somebody stands for, and the profile


@dataclass
class Desk:
    """What every check of a day shares: its situation, the most cells of one question, and how far they went."""

    at: Situation
    limit: int
    cells: int = 0
    thinned: list[Item] = field(default_factory=list)

    def grid(self, rules: Rules, items: Sequence[Item]) -> Grid:
        """The grid of all that ``rules`` read; ``items`` are what it is for."""
        made = Grid(axes_of(rules, self.at), self.at, self.limit)
        self.cells += made.size
        self.thinned += items[:1] if made.thinned else []
        return made

    def unfinished(self) -> list[Finding]:
        """L190 for each grid that had to be thinned."""
        return [
            self.finding("L190", "question", _too_many(item, self.limit), item, benefit_path(item))
            for item in dict.fromkeys(self.thinned)
        ]

    @property
    def schema(self) -> Schema:
        return self.at.schema

    @property
    def day(self) -> date:
        return self.at.as_of

    def finding(
        self,
        code: str,
        severity: Severity,
        message: Text,
        item: Item,
        path: Path,
        node: Node | None = None,
        people: Sequence[Person] = (),
        others: Sequence[Item] = (),
    ) -> Finding:
        """A finding about ``item``: at the text of ``node`` inside ``path``, or at the whole of it.

        others: further benefits whose results belong to the witness, in the order of the rulebook.
        """
        place = node.place if node is not None and node.place != (0, 0) else None
        items = [*others, *([] if item in others else [item])]
        policies = list(dict.fromkeys(other.policy for other in items))
        benefits = {other.benefit.id for other in items}
        witness = tuple(example(name, policies, benefits, row, self.day, self.schema) for name, row in people)
        span = span_of(item.policy, path, place)
        return Finding(code, severity, message, item.policy, item.benefit.id, span, witness)


def benefit_path(item: Item) -> Path:
    """The place of a benefit under its version."""
    return (*version_path(item.policy, item.version), *_below(item))


@lru_cache(maxsize=4096)
def version_path(policy: Policy, version: Version) -> Path:
    """Where a version stands in its file; empty when it stands in none."""
    data = policy.origin.data
    listed = data.get("versions") if isinstance(data, dict) else None
    for place, entry in enumerate(listed or []):
        if isinstance(entry, dict) and parse_day(str(entry.get("since"))) == version.since:
            return ("versions", place)
    return ()


def _below(item: Item) -> Path:
    path = version_path(item.policy, item.version)
    if not path:
        return ()
    listed = item.policy.origin.at(path).get("benefits") or []
    places = [
        place
        for place, entry in enumerate(listed)
        if isinstance(entry, dict) and entry.get("id") == item.benefit.id
    ]
    return ("benefits", places[0]) if places else ()


def who_path(item: Item) -> Path:
    return (*benefit_path(item), "who")


def row_path(item: Item, row: int) -> Path:
    return (*benefit_path(item), "amount", "rows", row)


def condition_path(item: Item, row: int | None) -> Path:
    return who_path(item) if row is None else (*row_path(item, row), "when")


def row_words(row: int) -> Text:
    return Text(f"第 {row + 1} 行", f"row {row + 1}")


def title_of(item: Item) -> Text:
    title = item.benefit.title
    return Text(title.zh, title.en or title.zh)


def _too_many(item: Item, limit: int) -> Text:
    title = title_of(item)
    return Text(
        f"“{title.zh}”涉及的取值组合超过 {limit} 种，只检查了其中一部分",
        f"{title.en}: more than {limit} combinations of facts; only part of them was examined",
    )
