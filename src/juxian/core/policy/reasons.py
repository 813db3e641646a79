"""What is told of one benefit (理由): clause, threshold, own value, what is missing, what was not looked at.

``explain`` makes it by the reference; ``reasoning`` by a generated function. What both say of everybody stands here: the words of
a clause or a row, made once for a rulebook, and how the answers of one person are put to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from juxian.core.policy.document import Benefit, Stacking, StackingRule, Version
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import RECEIVED, AllOf, AnyOf, Clause, Not, Points, fields_of, walk
from juxian.core.policy.rowwise import Applying, Situation
from juxian.core.policy.rulebook import Item
from juxian.core.policy.wording import Own, field_title, joined, money_words, own_of, statement, term_words
from juxian.core.text import Text

ReasonKind = Literal[
    "version", "window", "who", "all", "any", "not", "leaf", "row", "received", "stacking", "cap"
]


class Standing(StrEnum):
    """Why a benefit stands as it does, in one word."""

    GRANTED = "granted"  # 可享受
    ALTERNATIVE = "alternative"  # 可择一享受，另一项金额更高或可能更高
    MISSING = "missing"  # 待补充材料
    NOT_MET = "not_met"  # 条件不符
    NOT_IN_FORCE = "not_in_force"  # 不在适用期
    NOT_YET = "not_yet"  # 尚未开始申报
    CLOSED = "closed"  # 已过申报期限
    RECEIVED = "received"  # 已享受过
    DISPLACED = "displaced"  # 已由同组其他待遇享受


class Reason(NamedTuple):
    """One step of an explanation.

    statement: what is asked, with the threshold, in words. own: what the person has. written: the author's words.
    missing: stored fields that would decide this step. not_evaluated: why it was not looked at; ``holds`` is None then.
    """

    kind: ReasonKind
    statement: Text
    holds: bool | None
    own: Text | None = None
    article: str = ""
    written: str = ""
    fields: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    not_evaluated: Text | None = None
    amount_fen: int | None = None
    parts: tuple[Reason, ...] = ()


class Told(NamedTuple):
    """Everything that is told of one item of a rulebook.

    refused: by itself, before any stacking. undecided: whether its table is open still, where it is not refused. counts: whether
    it counts in totals. against: why it is not given, where it is not. article, in_kind: of the row that holds. displaced_by,
    displaced_perhaps: places of items that exclude it or may.
    """

    reasons: tuple[Reason, ...]
    refused: bool
    undecided: bool
    counts: bool
    against: Standing
    article: str
    in_kind: Text | None
    displaced_by: tuple[int, ...] = ()
    displaced_perhaps: tuple[int, ...] = ()

    @property
    def in_force(self) -> bool | None:
        return self.reasons[0].holds

    @property
    def missing(self) -> tuple[str, ...]:
        """Stored fields that keep it, looked at alone, from being decided; of rows only while the amount is open."""
        if self.refused:
            return ()
        told: Iterable[Reason] = self.reasons
        if not self.undecided:
            told = [reason for reason in told if reason.kind != "row"]
        return together(map(missing_in, told))


missing_in: Callable[[Reason], tuple[str, ...]] = itemgetter(Reason._fields.index("missing"))


def together(named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All names, each once."""
    found = list(filter(None, named))
    return found[0] if len(found) == 1 else distinct(chain(*found)) if found else ()


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


_reason: Callable[[tuple[Any, ...]], Reason] = partial(
    tuple.__new__, Reason
)  # all eleven; three times as quick


@dataclass(frozen=True, slots=True)
class Asked:
    """What an explanation of a clause says of everybody."""

    clause: Clause  # kept, so that its identity stays its own
    kind: ReasonKind
    inner: tuple[Clause, ...]
    own: Own
    statement: Text
    article: str
    written: str
    fields: tuple[str, ...]
    tables: tuple[Points, ...]

    def joined(self, holds: bool | None, parts: tuple[Reason, ...]) -> Reason:
        """The reason of a clause that is made of others; what is missing decides one that is not decided."""
        missing = together(map(missing_in, parts)) if holds is None else ()
        return _reason(
            (self.kind, self.statement, holds, None, self.article, self.written, self.fields, missing, None, None, parts)
        )  # fmt: skip

    def leaf(
        self,
        holds: bool | None,
        own: Text | None,
        missing: tuple[str, ...] = (),
        parts: tuple[Reason, ...] = (),
    ) -> Reason:
        return _reason(
            (self.kind, self.statement, holds, own, self.article, self.written, self.fields, missing, None, None, parts)
        )  # fmt: skip


def asked_of(
    node: Clause, expression: Expression, article: str, at: Situation, kind: ReasonKind | None = None
) -> Asked:
    """What a clause asks, the same for everybody, so that it is worded once. kind: instead of that of the clause itself."""
    key = id(node), article, kind
    found: Asked | None = at.memory.get(key)
    if found is None:
        own_kind: ReasonKind = "leaf"
        if isinstance(node, AllOf | AnyOf | Not):
            own_kind = "all" if isinstance(node, AllOf) else "any" if isinstance(node, AnyOf) else "not"
        tables = () if own_kind != "leaf" else tuple(part for part in walk(node) if isinstance(part, Points))
        at.memory[key] = found = Asked(
            node,
            kind or own_kind,
            inner_of(node),
            own_of(node),
            statement(node, at.schema),
            article,
            expression.written(node),
            fields_of(node),
            tables,
        )
    return found


def inner_of(node: Clause) -> tuple[Clause, ...]:
    """The clauses that a clause is made of."""
    match node:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Offered:
    """What an explanation of a row of a table says of everybody."""

    row: TableRow  # kept, as above
    statement: Text
    article: str
    written: str

    def told(self, clause: Reason, amount: int | None, lacking: tuple[str, ...]) -> Reason:
        """amount: None while a fact that decides it is missing; lacking: those facts."""
        holds = clause.holds
        if holds is False:
            amount, lacking = None, ()
        missing = distinct((*clause.missing, *lacking)) if lacking else clause.missing
        return _reason(
            ("row", self.statement, holds, None, self.article, self.written, clause.fields, missing, None, amount, clause.parts or (clause,))
        )  # fmt: skip

    def given(self, amount: int | None, lacking: tuple[str, ...]) -> Reason:
        """Of a row for everybody."""
        return Reason("row", self.statement, True, article=self.article, missing=lacking, amount_fen=amount)

    def skipped(self, why: Text) -> Reason:
        return Reason("row", self.statement, None, None, self.article, self.written, not_evaluated=why)


def offered_by(table_row: TableRow, benefit: Benefit, at: Situation) -> Offered:
    """What a row of a table gives, in words; the same for everybody, so that it is worded once."""
    found: Offered | None = at.memory.get(id(table_row))
    if found is None:
        gives = _gives(table_row, benefit, at)
        asked = Text(f"给予{gives.zh}", f"gives {gives.en}")
        if table_row.when is not None:
            when = statement(table_row.when.clause, at.schema)
            asked = Text(f"{when.zh}：{gives.zh}", f"{when.en}: {gives.en}")
        written = table_row.when.text if table_row.when else ""
        found = Offered(table_row, asked, table_row.article or benefit.article, written)
        at.memory[id(table_row)] = found
    return found


def _gives(table_row: TableRow, benefit: Benefit, at: Situation) -> Text:
    if table_row.in_kind is not None:
        return Text(table_row.in_kind.zh, table_row.in_kind.en or table_row.in_kind.zh)
    if table_row.give is None:
        return Text("0", "0")
    words, pay = term_words(table_row.give.term, at.schema), benefit.pay
    if benefit.per_payment and pay.count > 1:
        return Text(f"{words.zh} × {pay.count} 期", f"{words.en} × {pay.count} payments")
    return words


REFUSED = Text("不符合条件，未计算金额", "the conditions are not met, so no amount was worked out")
TAKEN = Text("前面的档次已满足，不再看", "an earlier row already holds")
ALONE = Text("不符合条件，不参与叠加", "the conditions are not met, so there is nothing to stack")


def version_reason(version: Version, in_force: bool | None, at: Situation) -> Reason:
    """Whether the version is in force for the person; None while the date that picks it is not known."""
    asked = _version_words(version, at)
    if not version.applies_by:
        day = at.as_of.isoformat()
        return Reason("version", asked, in_force, Text(day, day))
    missing = (version.applies_by,) if in_force is None else ()
    return Reason("version", asked, in_force, fields=(version.applies_by,), missing=missing)


def _version_words(version: Version, at: Situation) -> Text:
    """``2020-01-01 起施行的规定``, with the date that picks it where there is one."""
    until = f"至 {version.until.isoformat()} 前" if version.until else "起"
    period = Text(
        f"{version.since.isoformat()} {until}施行的规定",
        f"rules in force from {version.since.isoformat()}"
        + (f" until {version.until.isoformat()}" if version.until else ""),
    )
    if not version.applies_by:
        return period
    title = field_title(version.applies_by, at.schema)
    return Text(f"{title.zh}适用{period.zh}", f"{title.en or title.zh} falls under the {period.en}")


@lru_cache(maxsize=256)
def stacking_words(rules: tuple[Stacking, ...]) -> Text:
    asked = joined([_RULE_WORDS[s.rule] for s in rules], "；", "; ")
    groups = "、".join(s.group for s in rules if not s.group.startswith("="))
    return Text(
        f"{groups}：{asked.zh}" if groups else asked.zh, f"Of its group, {asked.en}" if groups else asked.en
    )


_RULE_WORDS = {
    StackingRule.HIGHEST: Text("就高不重复，只享受金额最高的一项", "only the greatest is given"),
    StackingRule.FIRST: Text(
        "依次享受，前一项享受后不再享受后一项", "an earlier one excludes the later ones"
    ),
    StackingRule.CHOOSE_ONE: Text(
        "择一享受，合计中只计金额最高的一项", "one may be chosen; the greatest counts in totals"
    ),
}


def stacking_of(item: Item) -> tuple[Stacking, ...]:
    """The rules of a benefit of which a reason speaks."""
    return tuple(s for s in item.benefit.stacking if s.rule in _RULE_WORDS)


def stacking_reason(rules: tuple[Stacking, ...], winners: list[Text], perhaps: list[Text]) -> Reason:
    """winners: titles of the benefits that are given instead; perhaps: of those that may be."""
    asked = stacking_words(rules)
    if winners:
        names = joined(winners, "、", ", ")
        return Reason("stacking", asked, False, Text(f"已由“{names.zh}”享受", f"taken by {names.en}"))
    if perhaps:
        names = joined(perhaps, "、", ", ")
        return Reason(
            "stacking", asked, None, Text(f"可能由“{names.zh}”享受", f"perhaps taken by {names.en}")
        )
    return Reason("stacking", asked, True)


def nothing_to_stack(rules: tuple[Stacking, ...]) -> Reason:
    return Reason("stacking", stacking_words(rules), None, not_evaluated=ALONE)


def earlier_reasons(item: Item, received: Mapping[str, Any] | None) -> tuple[Reason, ...]:
    """What was received before; None where nothing is known of it."""
    missing = (RECEIVED,) if received is None else ()
    found = []
    if item.once:
        asked = Text("以前没有享受过（终身一次）", "not received before (once in life)")
        holds = None if received is None else not any(word in received for word in item.once)
        found.append(Reason("received", asked, holds, fields=(RECEIVED,), missing=missing))
    if item.deducted:
        asked = Text("扣除此前已享受的同类待遇", "what was received before under the same group is taken off")
        known, own = None if received is None else True, None
        if received is not None:
            own = money_words(sum(received.get(word) or 0 for word in item.deducted))
        found.append(Reason("received", asked, known, own, fields=(RECEIVED,), missing=missing))
    return tuple(found)


def own_cap_reason(cap_fen: int) -> Reason:
    ceiling = money_words(cap_fen)
    return Reason("cap", Text(f"本项最高 {ceiling.zh}", f"at most {ceiling.en}"), True, amount_fen=cap_fen)


def caps_reason(version: Version, amount_fen: int | None) -> Reason:
    words = joined([money_words(cap.amount_fen) for cap in version.caps], "、", ", ")
    asked = Text(f"本政策合计封顶 {words.zh}", f"all benefits together at most {words.en}")
    return Reason("cap", asked, True, amount_fen=amount_fen)


def standing_in(found: Applying | None) -> Standing:
    """Of a benefit that is refused by its window."""
    return Standing.CLOSED if found is Applying.LATE else Standing.NOT_YET
