"""Terms of a condition: amounts, counts, durations, days, with their units (数与单位的检查)."""

from __future__ import annotations

import re
from typing import NamedTuple

from juxian.core.facts.schema import Kind
from juxian.core.policy import syntax, trees
from juxian.core.policy.bounds import LARGEST, bounds_of
from juxian.core.policy.lexer import Measure
from juxian.core.policy.mistakes import Mistake
from juxian.core.policy.names import Name, Names, shown
from juxian.core.policy.nodes import (
    Apart,
    Day,
    Elapsed,
    FieldValue,
    Greatest,
    Least,
    Minus,
    Number,
    Place,
    Plus,
    ReceivedAmount,
    Share,
    Term,
    Times,
    moved,
)
from juxian.core.policy.trees import Tree
from juxian.core.text import Text

LARGEST_DIVISOR = 1000
NUMERIC = (Kind.INTEGER, Kind.MONEY, Kind.MONTHS)
KIND_WORDS = {
    Kind.TEXT: Text("文字", "text"), Kind.INTEGER: Text("整数", "a whole number"), Kind.MONEY: Text("金额", "an amount"),
    Kind.MONTHS: Text("月数", "a number of months"), Kind.DATE: Text("日期", "a date"), Kind.BOOLEAN: Text("是否项", "yes or no"),
    Kind.LEVEL: Text("等级", "a level"), Kind.LEVELS: Text("多选", "a set of levels"),
    Kind.ORGANISATION: Text("单位", "an organisation"), Kind.AMOUNTS: Text("各项金额", "amounts by benefit"),
}  # fmt: skip
_UNIT_HINTS = {
    Kind.MONEY: Text("金额写成 5万元 或 1500元", "write an amount as 5万元 or 1500元"),
    Kind.MONTHS: Text("月数写成 12个月 或 5年", "write months as 12个月 or 5年"),
    Kind.INTEGER: Text("写一个整数，如 35", "write a whole number, such as 35"),
    Kind.DATE: Text("日期写成 2022-01-31", "write a date as 2022-01-31"),
}
_LITERAL_KINDS = {
    Measure.PLAIN: Kind.INTEGER, Measure.MONEY: Kind.MONEY, Measure.MONTHS: Kind.MONTHS,
    Measure.YEARS: Kind.MONTHS, Measure.AGE: Kind.INTEGER,
}  # fmt: skip


HINTED = 20  # mistakes of one text; looking for the word that was meant is what a mistake costs
_UNIT_LEFT_OUT = re.compile(r"(?<![0-9])[0-9]+(?:\.[0-9]+)?(?:千|万|百万|亿)")  # 5万
_IN_CHARACTERS = re.compile(
    r"(?<![零一二两三四五六七八九十百千万亿半])[零一二两三四五六七八九十百千万亿半]+(?:元|年|个月|岁|周岁)"
)  # 十万元


class Typed(NamedTuple):
    """A term and what it counts; ``literal`` is set for a written number, whose unit may still be converted."""

    term: Term
    kind: Kind
    literal: Measure | None = None


class TermChecker:
    """Types terms against ``names``; ``mistakes`` fills up while it does."""

    def __init__(self, names: Names, text: str) -> None:
        self.names = names
        self.text = text
        self.mistakes: list[Mistake] = []

    def term(self, tree: Tree) -> Typed | None:
        found = self._term(tree)
        if found is None or found.kind is Kind.DATE:
            return found
        bounds = bounds_of(found.term)
        if max(abs(bounds.low), abs(bounds.high), bounds.widest) > LARGEST:
            self.wrong(
                tree.place, "P210", Text("结果可能过大", "the result may grow too large"),
                Text("先用 min(…, 100万元) 限定", "bound it first with min(…, 100万元)"),
            )  # fmt: skip
            return None
        return found

    def _term(self, tree: Tree) -> Typed | None:
        match tree:
            case trees.Quantity(value, measure, _, place):
                return self.quantity(value, measure, place)
            case trees.WrittenDay(value, place):
                return Typed(Day(value, place), Kind.DATE)
            case trees.Word(word, place):
                return self.field_term(word, place)
            case trees.Negative(part, place):
                inner = self.term(part)
                if inner is None or not self.numeric(inner, part.place):
                    return None
                if isinstance(inner.term, Number):
                    return Typed(
                        Number(-inner.term.value, inner.term.kind, place),
                        inner.kind,
                        inner.literal,
                    )
                return Typed(Minus(Number(0, inner.kind, place), inner.term, place), inner.kind)
            case trees.Arithmetic("*", left, right, place):
                return self.product(left, right, place)
            case trees.Arithmetic(_, left, right, place):
                return self.sum(tree)
            case trees.Call(("min" | "max"), _, _):
                return self.extreme(tree)
            case trees.Call(("years_since" | "months_since"), _, place):
                return self.elapsed(tree)
            case trees.Call(("years_between" | "months_between"), _, _):
                return self.apart(tree)
            case trees.Call("fraction", _, _):
                return self.fraction(tree)
            case trees.Call("remainder", _, _):
                return self.remainder(tree)
            case trees.Call("received_amount", _, place):
                benefit = self.benefit(tree)
                return None if benefit is None else Typed(ReceivedAmount(benefit, place), Kind.MONEY)
            case trees.Quoted(text, place):
                self.wrong(
                    place, "P205", Text(f"文字“{shown(text)}”不能参与比较大小或计算", f"the text “{shown(text)}” cannot be counted"),
                    Text("数字和日期不加引号", "write numbers and dates without quotes"),
                )  # fmt: skip
                return None
            case _:
                self.wrong(
                    tree.place, "P205", Text("这里需要一个数、金额、月数或日期", "a number, amount, duration or date is needed here"),
                    Text("是否类的条件用“且”“或”连接", "join statements of yes or no with and, or"),
                )  # fmt: skip
                return None

    def quantity(self, value: int, measure: Measure, place: Place) -> Typed | None:
        if measure is Measure.RATE:
            self.wrong(
                place, "P204", Text("百分比只能乘金额或数量", "a per cent can only multiply an amount or number"),
                Text("例如 年薪 * 40%", "for example 年薪 * 40%"),
            )  # fmt: skip
            return None
        kind = _LITERAL_KINDS[measure]
        number = Number(value * 12 if measure is Measure.YEARS else value, kind, place)
        return Typed(number, kind, measure)

    def field_term(self, word: str, place: Place) -> Typed | None:
        if word in self.names.points:
            return Typed(moved(self.names.points[word], place), Kind.INTEGER)
        name = self.names.find(word)
        if name is None:
            self.unknown(word, place)
            return None
        if name.years_since:
            return Typed(Elapsed(name.years_since, "years", name.name, place), Kind.INTEGER)
        if name.type.kind in (*NUMERIC, Kind.DATE):
            return Typed(FieldValue(name.name, name.type.kind, place), name.type.kind)
        self.unusable(name, place)
        return None

    def numeric(self, typed: Typed, place: Place) -> bool:
        if typed.kind is Kind.DATE:
            self.wrong(
                place, "P205", Text("日期不能加减乘", "dates cannot be added or multiplied"),
                Text("用 years_since(…) 或 months_since(…)", "use years_since(…) or months_since(…)"),
            )  # fmt: skip
        return typed.kind is not Kind.DATE

    def sum(self, tree: trees.Arithmetic) -> Typed | None:
        first, second = self.term(tree.left), self.term(tree.right)
        if first is None or second is None:
            return None
        if not (self.numeric(first, tree.left.place) and self.numeric(second, tree.right.place)):
            return None
        pair = self.alike(first, second)
        if pair is None:
            return None
        form = Plus if tree.operator == "+" else Minus
        return Typed(form(pair[0].term, pair[1].term, tree.place), pair[0].kind)

    def product(self, left: Tree, right: Tree, place: Place) -> Typed | None:
        for whole, rate in ((left, right), (right, left)):
            if isinstance(rate, trees.Quantity) and rate.measure is Measure.RATE:
                typed = self.term(whole)
                if typed is None or not self.numeric(typed, whole.place):
                    return None
                return Typed(Share(typed.term, rate.value, place), typed.kind)
        first, second = self.term(left), self.term(right)
        if first is None or second is None:
            return None
        if not (self.numeric(first, left.place) and self.numeric(second, right.place)):
            return None
        kinds = {first.kind, second.kind}
        if kinds == {Kind.MONEY} or kinds == {Kind.MONTHS}:
            self.wrong(
                place, "P204", Text("两个带单位的量不能相乘", "two quantities with units cannot be multiplied"),
                Text("其中一个写成不带单位的数", "write one of them as a plain number"),
            )  # fmt: skip
            return None
        kind = next((kind for kind in (Kind.MONEY, Kind.MONTHS) if kind in kinds), Kind.INTEGER)
        return Typed(Times(first.term, second.term, place), kind)

    def extreme(self, call: trees.Call) -> Typed | None:
        found = [self.term(argument) for argument in call.arguments]
        if len(found) < 2:
            self.arguments(call, Text(f"{call.function}(甲, 乙)", f"{call.function}(a, b)"))
            return None
        if any(item is None for item in found):
            return None
        typed = [item for item in found if item is not None]
        if not all(self.numeric(item, item.term.place) for item in typed):
            return None
        model = next((item for item in typed if item.literal is None), typed[0])
        terms: list[Term] = []
        for item in typed:
            pair = (item, item) if item is model else self.alike(model, item)
            if pair is None:
                return None
            terms.append(pair[1].term)
        form = Least if call.function == "min" else Greatest
        return Typed(form(tuple(terms), call.place), model.kind)

    def elapsed(self, call: trees.Call) -> Typed | None:
        name = self.field_argument(call)
        if name is None:
            return None
        if name.type.kind is not Kind.DATE:
            self.wrong(
                call.arguments[0].place, "P205",
                Text(f"“{name.title.zh}”是{KIND_WORDS[name.type.kind].zh}，这里需要日期", f"{name.name} is {KIND_WORDS[name.type.kind].en}; a date is needed here"),
            )  # fmt: skip
            return None
        if call.function == "years_since":
            return Typed(Elapsed(name.name, "years", "", call.place), Kind.INTEGER)
        return Typed(Elapsed(name.name, "months", "", call.place), Kind.MONTHS)

    def apart(self, call: trees.Call) -> Typed | None:
        """``years_between(from, to)``; to may be ``year_start(day)``."""
        if len(call.arguments) != 2:
            self.arguments(call, Text(f"{call.function}(起日, 止日)", f"{call.function}(from, to)"))
            return None
        first, last = call.arguments
        new_year = isinstance(last, trees.Call) and last.function == "year_start" and len(last.arguments) == 1
        if isinstance(last, trees.Call) and new_year:
            last = last.arguments[0]
        start, end = self.day(first), self.day(last)
        if start is None or end is None:
            return None
        years = call.function == "years_between"
        term = Apart(start, end, "years" if years else "months", new_year, call.place)
        return Typed(term, Kind.INTEGER if years else Kind.MONTHS)

    def day(self, tree: Tree) -> FieldValue | Day | None:
        """A date field or a written day."""
        found = self.term(tree) if isinstance(tree, trees.Word | trees.WrittenDay) else None
        if found is not None and isinstance(found.term, FieldValue | Day) and found.kind is Kind.DATE:
            return found.term
        if found is not None or not isinstance(tree, trees.Word | trees.WrittenDay):
            self.wrong(tree.place, "P205", Text("这里需要日期", "a date is needed here"))
        return None

    def fraction(self, call: trees.Call) -> Typed | None:
        """``fraction(amount, 1, 3)``."""
        form = Text("fraction(金额, 1, 3)", "fraction(amount, 1, 3)")
        part, of = (self.plain(tree) for tree in call.arguments[1:]) if len(call.arguments) == 3 else (0, 0)
        if not 1 <= part <= of <= LARGEST_DIVISOR:
            self.arguments(call, form)
            return None
        typed = self.term(call.arguments[0])
        if typed is None or not self.numeric(typed, call.arguments[0].place):
            return None
        return Typed(Share(typed.term, part, call.place, of), typed.kind)

    def remainder(self, call: trees.Call) -> Typed | None:
        """``remainder(count, 3)``: what is left of a count without a unit, never below 0."""
        divisor = self.plain(call.arguments[1]) if len(call.arguments) == 2 else 0
        if not 2 <= divisor <= LARGEST_DIVISOR:
            self.arguments(call, Text("remainder(个数, 3)", "remainder(count, 3)"))
            return None
        typed = self.term(call.arguments[0])
        if typed is None or not self.numeric(typed, call.arguments[0].place):
            return None
        if typed.kind is not Kind.INTEGER:
            self.units_differ(call.arguments[0].place, typed.kind, Kind.INTEGER)
            return None
        whole = Times(
            Share(typed.term, 1, call.place, divisor), Number(divisor, Kind.INTEGER, call.place), call.place
        )
        return Typed(Minus(typed.term, whole, call.place), Kind.INTEGER)

    def plain(self, tree: Tree) -> int:
        """A written whole number without a unit; 0 for anything else."""
        is_plain = isinstance(tree, trees.Quantity) and tree.measure is Measure.PLAIN
        return tree.value if is_plain and isinstance(tree, trees.Quantity) else 0

    def name_in(self, tree: Tree) -> Name | None:
        return self.names.find(tree.word) if isinstance(tree, trees.Word) else None

    def field_argument(self, call: trees.Call) -> Name | None:
        if len(call.arguments) != 1 or not isinstance(call.arguments[0], trees.Word):
            self.arguments(call, Text(f"{call.function}(字段)", f"{call.function}(field)"))
            return None
        word = call.arguments[0]
        name = self.names.find(word.word)
        if name is None:
            self.unknown(word.word, word.place)
        return name

    def benefit(self, call: trees.Call) -> str | None:
        """The benefit that ``received(…)`` names, by id (hyphens allowed) or title."""
        if len(call.arguments) == 1:
            argument = call.arguments[0]
            if isinstance(argument, trees.Quoted):
                return argument.text
            written = self.text[slice(*argument.place)].strip()
            if isinstance(argument, trees.Word | trees.Arithmetic) and re.fullmatch(r"[\w·-]+", written):
                return written
        self.arguments(call, Text(f"{call.function}(待遇名称)", f"{call.function}(benefit)"))
        return None

    def arguments(self, call: trees.Call, form: Text) -> None:
        self.wrong(
            call.place, "P209", Text(f"{call.function} 的参数不对", f"the arguments of {call.function} are wrong"),
            Text(f"写成 {form.zh}", f"write {form.en}"),
        )  # fmt: skip

    def unusable(self, name: Name, place: Place) -> None:
        example = self.example(name)
        self.wrong(
            place, "P205",
            Text(f"“{name.title.zh}”是{KIND_WORDS[name.type.kind].zh}，不能这样用", f"{name.name} is {KIND_WORDS[name.type.kind].en}; it cannot be used like this"),
            Text(f"例如 {example}", f"for example {example}"),
        )  # fmt: skip

    def unknown(self, word: str, place: Place) -> None:
        hint: Text | None = None
        owners = self.names.scales_with(word)
        if _UNIT_LEFT_OUT.fullmatch(word):
            hint = Text(f"写成 {word}元", f"write {word}元")
        elif _IN_CHARACTERS.fullmatch(word):
            hint = Text("数字用阿拉伯数字写，如 10万元、5年", "write numbers in digits, such as 10万元, 5年")
        elif above := syntax.ABOVE.match(word):
            sign = ">=" if above[2] == "以上" else "<="
            much = above[1].rstrip(syntax.JOINING)
            hint = Text(f"写成 {sign} {much}", f"write {sign} {much}")
        elif owners:
            field = owners[0][0].title
            hint = Text(
                f"“{word}”是一个级别，写成 {field.zh} == {word}",
                f"“{word}” is a level; write {owners[0][0].name} == {word}",
            )
        elif len(self.mistakes) < HINTED and (close := self.names.close_to(word)):
            hint = Text("是否想写：" + "、".join(close), "did you mean " + ", ".join(close))
        self.wrong(
            place,
            "P201",
            Text(f"没有名为“{shown(word)}”的字段", f"there is no field {shown(word)}"),
            hint,
        )

    def example(self, name: Name) -> str:
        title = name.title.zh or name.name
        match name.type.kind:
            case Kind.LEVEL | Kind.LEVELS:
                scale = self.names.schema.scales[name.type.scale]
                level = next((level.title.zh for level in reversed(list(scale.levels.values()))), "…")
                if name.type.kind is Kind.LEVELS:
                    return f"{title} has {level}"
                return f"{title} {'>=' if scale.ordered else '=='} {level}"
            case Kind.MONEY:
                return f"{title} >= 5万元"
            case Kind.MONTHS:
                return f"{title} >= 12个月"
            case Kind.DATE:
                return f"{title} >= 2022-01-01"
            case Kind.INTEGER:
                return f"{title} >= 1"
            case Kind.AMOUNTS:
                return "received(待遇)"
            case Kind.BOOLEAN:
                return f"{title} == 是"
            case _:
                return f'{title} == "…"'

    def wrong(self, place: Place, code: str, message: Text, hint: Text | None = None) -> None:
        self.mistakes.append(Mistake(place[0], place[1], code, message, hint))

    def alike(self, first: Typed, second: Typed) -> tuple[Typed, Typed] | None:
        """Both terms in one unit, a written number converted; None with a mistake where that cannot be."""
        if second.literal is not None and first.literal is None:
            fitted = self.fitted(second, first)
            return None if fitted is None else (first, fitted)
        if first.literal is not None and second.literal is None:
            fitted = self.fitted(first, second)
            return None if fitted is None else (fitted, second)
        if first.literal is not None and {first.literal, second.literal} <= {
            Measure.PLAIN,
            Measure.AGE,
        }:
            return first, second
        if first.kind is second.kind:
            return first, second
        self.units_differ(second.term.place, second.kind, first.kind)
        return None

    def fitted(self, written: Typed, beside: Typed) -> Typed | None:
        """A written number in the unit of the term it stands beside (5年 = 60个月)."""
        number = written.term
        if not isinstance(number, Number) or written.literal is None:
            return written
        value, kind = number.value, beside.kind
        years = isinstance(beside.term, Elapsed) and beside.term.unit == "years"
        in_years = kind is Kind.INTEGER and written.literal is Measure.YEARS
        if in_years or (years and written.literal is Measure.MONTHS and value % 12 == 0):
            value //= 12
        elif not (
            written.kind is kind or (written.literal is Measure.PLAIN and value == 0 and kind in NUMERIC)
        ):
            self.units_differ(number.place, written.kind, kind)
            return None
        return Typed(Number(value, kind, number.place), kind)

    def units_differ(self, place: Place, found: Kind, wanted: Kind) -> None:
        written = shown(self.text[slice(*place)])
        self.wrong(
            place, "P204",
            Text(f"“{written}”是{KIND_WORDS[found].zh}，这里需要{KIND_WORDS[wanted].zh}", f"“{written}” is {KIND_WORDS[found].en}; {KIND_WORDS[wanted].en} is needed here"),
            _UNIT_HINTS.get(wanted),
        )  # fmt: skip
