"""A clause, a threshold and the person's own value in words (条件与取值的文字)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from juxian.core.facts.schema import Kind, Schema, ValueType
from juxian.core.facts.values import show_amount, show_value
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    AnyOf,
    Apart,
    Compare,
    Constant,
    Day,
    Elapsed,
    FieldValue,
    Greatest,
    HasAny,
    IsTrue,
    Known,
    Least,
    LevelCompare,
    LevelIs,
    LevelsCompare,
    Minus,
    Node,
    Not,
    Number,
    OneOf,
    Plus,
    Points,
    Received,
    ReceivedAmount,
    Relation,
    Share,
    Term,
    TextIs,
    Times,
    Window,
    field_of,
)
from juxian.core.policy.rowwise import Applying, applying
from juxian.core.text import Text

RELATION_WORDS: dict[Relation, Text] = {
    "==": Text("为", "is"), "!=": Text("不为", "is not"), "<": Text("低于", "below"), "<=": Text("不超过", "at most"),
    ">": Text("高于", "above"), ">=": Text("不低于", "at least"),
}  # fmt: skip
_DAY_WORDS: dict[Relation, Text] = {
    "<": Text("早于", "before"), "<=": Text("不晚于", "on or before"), ">": Text("晚于", "after"),
    ">=": Text("不早于", "on or after"),
}  # fmt: skip
UNKNOWN = Text("未登记", "not recorded")
_TYPES = {kind: ValueType(kind) for kind in Kind}


def joined(parts: list[Text], zh: str, en: str) -> Text:
    return Text(zh.join(part.zh for part in parts), en.join(part.en or part.zh for part in parts))


def field_title(name: str, schema: Schema) -> Text:
    """The title of a profile field; its name when the schema has none."""
    field = schema.profile.get(name)
    return field.title if field else Text(name, name)


def money_words(amount_fen: int) -> Text:
    return Text(show_amount(amount_fen, "zh"), show_amount(amount_fen, "en"))


def value_words(value: Any, type_: ValueType, schema: Schema) -> Text:
    """A canonical value for people; ``未登记`` for None."""
    if value is None:
        return UNKNOWN
    return Text(show_value(value, type_, schema, "zh"), show_value(value, type_, schema, "en"))


def statement(node: Node, schema: Schema) -> Text:
    """What a clause asks for, e.g. ``学历不低于硕士``."""
    match node:
        case Constant(value):
            return Text("任何人", "everybody") if value else Text("任何人都不", "nobody")
        case AllOf(parts):
            return joined([_bracketed(part, schema) for part in parts], "，且", " and ")
        case AnyOf(parts):
            return joined([_bracketed(part, schema) for part in parts], "，或", " or ")
        case Not(IsTrue(name)):
            title = field_title(name, schema)
            return Text(f"{title.zh}为否", f"{title.en or title.zh}: no")
        case Not(part):
            inner = _bracketed(part, schema)
            return Text(f"不满足“{inner.zh}”", f"not: {inner.en}")
        case Compare(_, Points("", rows), Number(wanted)):
            listed = joined([_bracketed(part, schema) for part, _ in rows], "；", "; ")
            return Text(f"至少满足 {wanted} 项：{listed.zh}", f"at least {wanted} of: {listed.en}")
        case Compare(relation, left, right):
            days = isinstance(left, FieldValue) and left.kind is Kind.DATE
            word = (_DAY_WORDS if days else RELATION_WORDS).get(relation, RELATION_WORDS[relation])
            first, second = term_words(left, schema), term_words(right, schema, like=left)
            return Text(f"{first.zh}{word.zh}{_apart(second.zh)}", f"{first.en} {word.en} {second.en}")
        case OneOf(term, values):
            return _among(
                term_words(term, schema), [term_words(value, schema, like=term) for value in values]
            )
        case LevelIs(name, scale, levels):
            return _among(field_title(name, schema), _levels(scale, levels, schema))
        case LevelCompare(name, scale, order, level):
            title, threshold = field_title(name, schema), _levels(scale, (level,), schema)[0]
            word = RELATION_WORDS[order]
            return Text(
                f"{title.zh}{word.zh}{threshold.zh}", f"{title.en or title.zh} {word.en} {threshold.en}"
            )
        case LevelsCompare(name, relation, other):
            title, beside, word = (
                field_title(name, schema),
                field_title(other, schema),
                RELATION_WORDS[relation],
            )
            return Text(
                f"{title.zh}{word.zh}{beside.zh}",
                f"{title.en or title.zh} {word.en} {beside.en or beside.zh}",
            )
        case HasAny(name, scale, levels):
            title, choices = field_title(name, schema), joined(_levels(scale, levels, schema), "或", " or ")
            return Text(f"{title.zh}含{choices.zh}", f"{title.en or title.zh} has {choices.en}")
        case TextIs(name, texts) if node.listed is not None:
            return _listed(field_title(name, schema), *node.listed)
        case TextIs(name, texts):
            return _among(field_title(name, schema), [Text(f"“{text}”", f"“{text}”") for text in texts])
        case IsTrue(name):
            title = field_title(name, schema)
            return Text(f"{title.zh}为是", f"{title.en or title.zh}: yes")
        case Received(benefit):
            return Text(f"曾享受{benefit}", f"received {benefit} before")
        case Window():
            return _window_words(node, schema)
        case Known(name):
            title = field_title(name, schema)
            return Text(f"{title.zh}已登记", f"{title.en or title.zh} is recorded")
        case _:
            return term_words(node, schema)


def _listed(title: Text, zh: str, en: str, within: int) -> Text:
    """``毕业院校列入“世界大学榜”前 200 名``; below 0 those after the first so many."""
    first = Text("", "")
    if within:
        first = (
            Text(f"前 {within} 名", f"the first {within} of ")
            if within > 0
            else Text(f"第 {-within} 名之后", f"those after the first {-within} of ")
        )
    return Text(f"{title.zh}列入“{zh}”{first.zh}", f"{title.en or title.zh} is among {first.en}“{en}”")


def _window_words(window: Window, schema: Schema) -> Text:
    """``申报期限：2022-11-10 至 2022-12-31``."""
    parts = []
    if window.opens is not None or window.closes is not None:
        zh = f"{window.opens or ''} 至 {window.closes}" if window.closes else f"{window.opens} 起"
        en = f"from {window.opens} " if window.opens else ""
        parts.append(Text(zh.strip(), f"{en}{f'until {window.closes}' if window.closes else ''}".strip()))
    if window.season is not None:
        (month, day), (last_month, last_day) = window.season
        parts.append(
            Text(
                f"每年 {month} 月 {day} 日至 {last_month} 月 {last_day} 日",
                f"each year from {month:02}-{day:02} until {last_month:02}-{last_day:02}",
            )
        )
    if window.field:
        title = field_title(window.field, schema)
        zh = f"满 {window.after} 个月后" if window.after else ""
        en = f"from {window.after} months after it " if window.after else ""
        if window.within is not None:
            zh, en = f"{zh}{'、' if zh else ''}{window.within} 个月内", f"{en}within {window.within} months"
        parts.append(Text(f"自{title.zh}起{zh}", f"{title.en or title.zh}: {en.strip()}"))
    listed = joined(parts, "，且", ", and ")
    return Text(f"申报期限：{listed.zh}", f"Applications {listed.en}")


_APPLYING_WORDS = {
    Applying.EARLY: Text("尚未开始", "not open yet"),
    Applying.OPEN: Text("在期限内", "open"),
    Applying.LATE: Text("已过期限", "window closed"),
}


def _own_window(window: Window, seen: Evidence) -> Text:
    found, day = applying(window, seen.row, seen.at), (window.applied or seen.at.as_of).isoformat()
    words = UNKNOWN if found is None else _APPLYING_WORDS[found]
    since = seen.row.get(window.field) if window.field else None
    if since is None:
        return Text(f"{day} {words.zh}", f"{day}: {words.en}")
    title, told = (
        field_title(window.field, seen.at.schema),
        since if isinstance(since, str) else since.isoformat(),
    )
    return Text(
        f"{day} {words.zh}（{title.zh} {told}）", f"{day}: {words.en} ({title.en or title.zh} {told})"
    )


def _apart(text: str) -> str:
    """A space stands between Han and figures: ``不低于 5 年``."""
    return f" {text}" if text[:1].isdigit() else text


def term_words(term: Term, schema: Schema, like: Term | None = None) -> Text:
    """A term; a plain number beside an age or years is told in years."""
    match term:
        case Number(value, Kind.MONEY):
            return money_words(value)
        case Number(value, Kind.MONTHS):
            return value_words(value, ValueType(Kind.MONTHS), schema)
        case Number(value):
            if isinstance(like, Elapsed) or (isinstance(like, Apart) and like.unit == "years"):
                age = isinstance(like, Elapsed) and like.name == "age"
                return Text(f" {value} 周岁" if age else f" {value} 年", f"{value} years")
            return Text(f" {value}", str(value))
        case Day(value):
            return Text(f" {value.isoformat()}", value.isoformat())
        case FieldValue(name):
            title = field_title(name, schema)
            return Text(title.zh, title.en or title.zh)
        case Elapsed(name, unit, shown):
            title = field_title(shown or name, schema)
            if shown:
                return Text(title.zh, title.en or title.zh)
            years = unit == "years"
            return Text(
                f"自{title.zh}起满{'年' if years else '月'}数", f"whole {unit} since {title.en or title.zh}"
            )
        case Apart(start, end, unit, new_year):
            first, last = term_words(start, schema), term_words(end, schema)
            until = (
                Text(f"{last.zh}当年 1 月 1 日", f"1 January of the year of {last.en}") if new_year else last
            )
            return Text(
                f"自{first.zh.strip()}至{until.zh.strip()}满{'年' if unit == 'years' else '月'}数",
                f"whole {unit} from {first.en} to {until.en}",
            )
        case ReceivedAmount(benefit):
            return Text(f"已领{benefit}", f"received under {benefit}")
        case Minus(left, Times(Share(whole, 1, of=divisor), Number(of))) if whole == left and divisor == of:
            inner = term_words(left, schema)
            return Text(f"{inner.zh}除以 {of} 的余数", f"the remainder of {inner.en} by {of}")
        case Plus(left, right) | Minus(left, right) | Times(left, right):
            sign = {Plus: "+", Minus: "-", Times: "×"}[type(term)]
            first, second = term_words(left, schema), term_words(right, schema)
            return Text(f"({first.zh} {sign} {second.zh})", f"({first.en} {sign} {second.en})")
        case Share(whole, part, of=of) if of != 1000:
            inner = term_words(whole, schema)
            return Text(f"{inner.zh}的 {part}/{of}", f"{part}/{of} of {inner.en}")
        case Share(whole, per_mille):
            inner = term_words(whole, schema)
            rate = f"{per_mille // 10}%" if per_mille % 10 == 0 else f"{per_mille // 10}.{per_mille % 10}%"
            return Text(f"{inner.zh}的 {rate}", f"{rate} of {inner.en}")
        case Least(terms):
            parts = joined([term_words(part, schema) for part in terms], "、", ", ")
            return Text(f"{parts.zh}中较小者", f"the least of {parts.en}")
        case Greatest(terms):
            parts = joined([term_words(part, schema) for part in terms], "、", ", ")
            return Text(f"{parts.zh}中较大者", f"the greatest of {parts.en}")
        case Points(title):
            return Text(title, title)
    raise TypeError(f"no words for {type(term).__name__}")


Own = Callable[[Evidence], Text | None]


def own_words(node: Node, seen: Evidence) -> Text | None:
    """What the person has where a leaf asks: the value of its field, or of its terms; None for logic."""
    return own_of(node)(seen)


def own_of(node: Node) -> Own:
    """The same for any person: what depends on the node alone is looked at once."""
    if isinstance(node, Compare):
        terms = [term for term in (node.left, node.right) if not isinstance(term, Number | Day)]
        if len(terms) == 1:
            return partial(_own_term, terms[0])
        return lambda seen: joined([_own_term(term, seen) for term in terms], "；", "; ")
    if isinstance(node, OneOf):
        return partial(_own_term, node.term)
    if isinstance(node, LevelsCompare):
        return lambda seen: joined(
            [_field_words(name, seen) for name in (node.field, node.other)], "；", "; "
        )
    if isinstance(node, Received):
        return partial(_own_received, node)
    if isinstance(node, Window):
        return partial(_own_window, node)
    name = field_of(node)
    return partial(_field_words, name) if name else lambda seen: None


def _own_received(node: Received, seen: Evidence) -> Text:
    received = seen.row.get(RECEIVED)
    if received is None:
        return UNKNOWN
    names = [word for word in seen.at.words_of(node.benefit) if word in received]
    return money_words(sum(received[word] for word in names)) if names else Text("没有", "nothing")


def _field_words(name: str, seen: Evidence) -> Text:
    """The value of a field."""
    value, field = seen.row.get(name), seen.at.schema.profile.get(name)
    if value is None:
        return UNKNOWN
    return value_words(value, field.type, seen.at.schema) if field else Text(str(value))


def typed_words(value: Any, kind: Kind, schema: Schema) -> Text:
    """The value of a term, which has a kind and no scale; a day may be text or a date."""
    return value_words(value.isoformat() if isinstance(value, date) else value, _TYPES[kind], schema)


def elapsed_words(term: Elapsed, schema: Schema) -> Callable[[int, str | date], Text]:
    """How so many years or months since a day are told: ``34 周岁（出生日期 1990-02-03）``."""
    title = field_title(term.field, schema)
    zh, en = title.zh, title.en or title.zh
    if term.unit == "months":
        before, after, unit = "满 ", " 个月", "months"
    else:
        before, after, unit = ("", " 周岁", "years") if term.name == "age" else ("满 ", " 年", "years")

    def words(value: int, since: str | date) -> Text:
        day = since if isinstance(since, str) else since.isoformat()
        return Text(f"{before}{value}{after}（{zh} {day}）", f"{value} {unit} ({en} {day})")

    return words


def _own_term(term: Term, seen: Evidence) -> Text:
    value = seen.of(term)
    match term:
        case Points() if value is None:
            low, high = seen.range_of(term)
            unit = _unit_of(term)
            return Text(f"{low:,} 至 {high:,} {unit.zh}", f"{low:,} to {high:,} {unit.en}")
        case _ if value is None:
            return UNKNOWN
        case FieldValue(_, kind):
            return typed_words(value, kind, seen.at.schema)
        case Elapsed(name):
            return elapsed_words(term, seen.at.schema)(value, seen.row[name])
        case ReceivedAmount():
            return money_words(value)
        case Points():
            unit = _unit_of(term)
            return Text(f"{value:,} {unit.zh}", f"{value:,} {unit.en}")
        case _ if _kind_of(term) is not Kind.INTEGER:
            return typed_words(value, _kind_of(term), seen.at.schema)
        case _:
            return Text(f"{value:,}", f"{value:,}")


def _unit_of(points: Points) -> Text:
    """Points, or how many of some conditions (``at_least``), which has no title."""
    return Text("分", "points") if points.title else Text("项", "met")


def _kind_of(term: Term) -> Kind:
    """What a numeric term counts."""
    match term:
        case Number(_, kind) | FieldValue(_, kind):
            return kind
        case Elapsed(_, unit) | Apart(_, _, unit):
            return Kind.INTEGER if unit == "years" else Kind.MONTHS
        case ReceivedAmount():
            return Kind.MONEY
        case Share(whole):
            return _kind_of(whole)
        case Plus(left) | Minus(left):
            return _kind_of(left)
        case Times(left, right):
            kinds = _kind_of(left), _kind_of(right)
            return kinds[1] if kinds[0] is Kind.INTEGER else kinds[0]
        case Least(terms) | Greatest(terms):
            return _kind_of(terms[0])
    return Kind.INTEGER


def _bracketed(node: Node, schema: Schema) -> Text:
    inner = statement(node, schema)
    return Text(f"（{inner.zh}）", f"({inner.en})") if isinstance(node, AllOf | AnyOf) else inner


def _among(title: Text, choices: list[Text]) -> Text:
    listed = joined(choices, "、", " or ")
    return Text(f"{title.zh}为{listed.zh}", f"{title.en or title.zh} is {listed.en}")


def _levels(scale: str, codes: tuple[str, ...], schema: Schema) -> list[Text]:
    titles = [schema.scales[scale].levels[code].title for code in codes]
    return [Text(title.zh, title.en or title.zh) for title in titles]
