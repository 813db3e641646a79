"""From the syntax tree to typed nodes; every mistake is told, not only the first (类型检查).

A level word is resolved by the field that it stands beside, so ``初级`` may belong to several scales. Problems: P201 unknown
name · P202 no statement of yes or no · P203 not a level of the scale · P204 units differ · P205 a use this type does
not have · P206 two level fields · P207 the scale has no order · P208 an empty range · P209 arguments · P210 may grow too large.
"""

from __future__ import annotations

from collections.abc import Iterable

from juxian.core.facts.schema import Kind, Level, Scale
from juxian.core.policy import trees
from juxian.core.policy.lexer import Measure
from juxian.core.policy.names import Name, NamedList, close_words, shown
from juxian.core.policy.nodes import (
    AllOf,
    AnyOf,
    Clause,
    Compare,
    Constant,
    Day,
    HasAny,
    IsTrue,
    Known,
    LevelCompare,
    LevelIs,
    LevelsCompare,
    Not,
    Number,
    OneOf,
    Order,
    Place,
    Points,
    Received,
    Relation,
    TextIs,
)
from juxian.core.policy.terms import KIND_WORDS, NUMERIC, TermChecker
from juxian.core.policy.trees import Tree
from juxian.core.policy.written_out import class_among, class_compared, listed_in
from juxian.core.text import Text

MOST_LEVELS = 40  # of a scale of which two fields are compared
MIRRORED: dict[Relation, Relation] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


class Checker(TermChecker):
    """Types one tree against ``names``: statements of yes or no, and the terms in them."""

    def clause(self, tree: Tree) -> Clause | None:
        match tree:
            case trees.Logic(operator, parts, place):
                found = [self.clause(part) for part in parts]
                if any(part is None for part in found):
                    return None
                typed = tuple(part for part in found if part is not None)
                return AllOf(typed, place) if operator == "and" else AnyOf(typed, place)
            case trees.Negation(part, place):
                inner = self.clause(part)
                return None if inner is None else Not(inner, place)
            case trees.Flag(value, place):
                return Constant(value, place)
            case trees.Comparison():
                return self.comparison(tree)
            case trees.Membership(left, items, negated, place):
                return self.negated(self.membership(left, items, place), negated, place)
            case trees.Between(left, low, high, negated, place):
                return self.negated(self.between(left, low, high, place), negated, place)
            case trees.Having(left, items, place):
                return self.having(left, items, place)
            case trees.Call(("has" | "received" | "known" | "at_least" | "listed"), _, _):
                return self.statement_call(tree)
            case trees.Word(word, place):
                return self.bare_word(word, place)
            case _:
                self.term(tree)
                self.not_a_statement(tree.place)
                return None

    def negated(self, clause: Clause | None, negated: bool, place: Place) -> Clause | None:
        return Not(clause, place) if clause is not None and negated else clause

    def not_a_statement(self, place: Place) -> None:
        self.wrong(
            place, "P202", Text("这里需要能回答是或否的条件", "a statement of yes or no is needed here"),
            Text("用 >= == in 等比较", "compare it with >= == in …"),
        )  # fmt: skip

    def bare_word(self, word: str, place: Place) -> Clause | None:
        name = self.names.find(word)
        if word in self.names.points:
            self.not_a_statement(place)
            return None
        if name is None:
            self.unknown(word, place)
            return None
        if name.type.kind is Kind.BOOLEAN:
            return IsTrue(name.name, place)
        example = self.example(name)
        self.wrong(
            place, "P202",
            Text(f"“{word}”是{KIND_WORDS[name.type.kind].zh}，不能单独成为条件", f"{word} is {KIND_WORDS[name.type.kind].en}, not a statement of yes or no"),
            Text(f"例如 {example}", f"for example {example}"),
        )  # fmt: skip
        return None

    def is_points(self, tree: Tree) -> bool:
        return isinstance(tree, trees.Word) and tree.word in self.names.points

    def statement_call(self, call: trees.Call) -> Clause | None:
        if call.function == "has":
            if len(call.arguments) < 2:
                self.arguments(call, Text("has(字段, 级别)", "has(field, level)"))
                return None
            return self.having(call.arguments[0], call.arguments[1:], call.place)
        if call.function == "at_least":
            return self.at_least(call)
        if call.function == "listed":
            return self.listed(call)
        if call.function == "received":
            benefit = self.benefit(call)
            return None if benefit is None else Received(benefit, call.place)
        name = self.field_argument(call)
        if name is None:
            return None
        if name.levels:
            self.unusable(name, call.arguments[0].place)
            return None
        return Known(name.years_since or name.name, call.place)

    def listed(self, call: trees.Call) -> Clause | None:
        """``listed(毕业院校, 世界大学榜, 200)``: a name of a list of the version, or of its first so many."""
        named = self.list_argument(call)
        field = call.arguments[0] if call.arguments else None
        if named is None or not isinstance(field, trees.Word):
            return None
        name = self.names.find(field.word)
        if name is None:
            self.unknown(field.word, field.place)
            return None
        if name.type.kind not in (Kind.TEXT, Kind.ORGANISATION):
            self.wrong(
                field.place, "P205",
                Text(f"“{name.title.zh}”是{KIND_WORDS[name.type.kind].zh}，名单按文字核对", f"{name.name} is {KIND_WORDS[name.type.kind].en}; a list is looked up by a text"),
            )  # fmt: skip
            return None
        within = self.plain(call.arguments[2]) if len(call.arguments) == 3 else 0
        return listed_in(name.name, named, within, call.place)

    def list_argument(self, call: trees.Call) -> NamedList | None:
        """The list that ``listed(…)`` names, when its arguments fit it."""
        form = Text(
            "listed(字段, 名单) 或 listed(字段, 榜单, 200)",
            "listed(field, list), or listed(field, list, 200)",
        )
        if not (2 <= len(call.arguments) <= 3 and isinstance(call.arguments[0], trees.Word)):
            self.arguments(call, form)
            return None
        word = call.arguments[1]
        named = self.names.lists.get(word.word) if isinstance(word, trees.Word) else None
        if named is None:
            known = list(dict.fromkeys(one.title.zh for one in self.names.lists.values())) or ["lists: …"]
            self.wrong(
                word.place, "P201", Text("没有这份名单", "there is no such list"),
                Text("可写：" + "、".join(known), "write one of " + ", ".join(known)),
            )  # fmt: skip
            return None
        places = len(call.arguments) == 3 and self.plain(call.arguments[2]) >= 1
        if (len(call.arguments) == 3 and not (places and named.has_places)) or (
            len(call.arguments) == 2 and named.has_places and named.otherwise is not None
        ):
            self.arguments(call, form)
            return None
        return named

    def at_least(self, call: trees.Call) -> Clause | None:
        """``at_least(2, …, …, …)``: so many of the conditions; decided as soon as those that are known decide it."""
        wanted = self.plain(call.arguments[0]) if call.arguments else 0
        if not 1 <= wanted < len(call.arguments):
            self.arguments(
                call, Text("at_least(2, 条件, 条件, 条件)", "at_least(2, condition, condition, condition)")
            )
            return None
        found = [self.clause(tree) for tree in call.arguments[1:]]
        one = Number(1, Kind.INTEGER, call.place)
        rows = tuple((part, one) for part in found if part is not None)
        if len(rows) < len(found):
            return None
        return Compare(
            ">=", Points("", rows, call.place), Number(wanted, Kind.INTEGER, call.place), call.place
        )

    def comparison(self, tree: trees.Comparison) -> Clause | None:
        left, found = tree.first, []
        for sign, right in tree.links:
            found.append(self.compare(left, sign, right, (left.place[0], right.place[1])))
            left = right
        if any(part is None for part in found):
            return None
        typed = tuple(part for part in found if part is not None)
        return typed[0] if len(typed) == 1 else AllOf(typed, tree.place)

    def compare(self, left: Tree, sign: Relation, right: Tree, place: Place) -> Clause | None:
        name, other = self.name_in(left), self.name_in(right)
        if name is None and isinstance(left, trees.Word) and other is None and not self.is_points(left):
            self.compare_unknown(left, right)
            return None
        counted = (*NUMERIC, Kind.DATE)
        if (
            other is not None
            and other.type.kind not in counted
            and (name is None or name.type.kind in counted)
        ):
            name, left, right, sign = other, right, left, MIRRORED[sign]
        if name is not None:
            match name.type.kind:
                case Kind.LEVEL:
                    return self.level_comparison(name, sign, right, place)
                case Kind.BOOLEAN:
                    return self.flag_comparison(name, sign, right, place)
                case Kind.TEXT | Kind.ORGANISATION:
                    return self.text_comparison(name, sign, right, place)
                case Kind.LEVELS | Kind.AMOUNTS:
                    self.unusable(name, left.place)
                    return None
        return self.number_comparison(left, sign, right, place)

    def compare_unknown(self, left: trees.Word, right: Tree) -> None:
        """An unknown word against something: a level of a known scale, or a slip."""
        self.unknown(left.word, left.place)
        if not isinstance(right, trees.Word | trees.Quoted | trees.Flag):
            self.term(right)

    def level_comparison(self, name: Name, sign: Relation, right: Tree, place: Place) -> Clause | None:
        scale = self.names.schema.scales[name.type.scale]
        other = self.name_in(right)
        written = right.word if isinstance(right, trees.Word) else ""
        if other is not None and scale.find(written) is None and self.are_alike(name, other, scale):
            return self.two_levels(name, sign, other, scale, place)
        level = self.level(name, scale, right)
        if level is None:
            return None
        if sign == "==" or sign == "!=":
            equal = self.level_among(name, scale, (level.code,), place)
            return Not(equal, place) if sign == "!=" else equal
        if not scale.ordered:
            self.wrong(
                place, "P207", Text(f"“{name.title.zh}”没有高低之分", f"{name.name} has no order"),
                Text("用 == 或 in", "use == or in"),
            )  # fmt: skip
            return None
        return self.level_against(name, scale, sign, level, place)

    def level_against(self, name: Name, scale: Scale, sign: Order, level: Level, place: Place) -> Clause:
        if name.levels:
            return class_compared(name, scale, sign, level, place)
        if self.is_of_spouse(name) and sign in ("<", "<="):
            upwards = self.level_against(name, scale, ">=" if sign == "<" else ">", level, place)
            return Not(upwards, place)
        return self.if_married(name, LevelCompare(name.name, scale.code, sign, level.code, place))

    def level_among(self, name: Name, scale: Scale, codes: tuple[str, ...], place: Place) -> Clause:
        if name.levels:
            return class_among(name, scale, codes, place)
        return self.if_married(name, LevelIs(name.name, scale.code, codes, place))

    def is_of_spouse(self, name: Name) -> bool:
        field = self.names.schema.profile.get(name.name)
        return field is not None and bool(field.of_spouse)

    def if_married(self, name: Name, clause: LevelIs | LevelCompare) -> Clause:
        """Somebody without a spouse has no level there and stands below all of them, as one who reaches no class does."""
        if not self.is_of_spouse(name):
            return clause
        return AllOf((IsTrue(self.names.schema.has_spouse, clause.place), clause), clause.place)

    def are_alike(self, name: Name, other: Name, scale: Scale) -> bool:
        """Two recorded levels of one scale, with an order: then one can be above the other."""
        return (
            other.type == name.type
            and scale.ordered
            and not (name.levels or other.levels)
            and len(scale.levels) <= MOST_LEVELS
        )

    def two_levels(self, name: Name, sign: Relation, other: Name, scale: Scale, place: Place) -> Clause:
        """``配偶.人才层次 > 人才层次``: a level which the one reaches and the other does not."""
        levels = sorted(scale.levels.values(), key=lambda level: level.rank)

        def above(first: Name, second: Name) -> Clause:
            return AnyOf(
                tuple(
                    AllOf(
                        (
                            self.level_against(first, scale, ">=", level, place),
                            Not(self.level_against(second, scale, ">=", level, place), place),
                        ),
                        place,
                    )
                    for level in levels
                ),
                place,
            )

        more, less = above(name, other), above(other, name)
        meaning: dict[Relation, Clause] = {
            ">": more,
            "<": less,
            ">=": Not(less, place),
            "<=": Not(more, place),
            "==": Not(AnyOf((more, less), place), place),
            "!=": AnyOf((more, less), place),
        }
        return LevelsCompare(name.name, sign, other.name, scale.code, meaning[sign], place)

    def level(self, name: Name, scale: Scale, tree: Tree) -> Level | None:
        match tree:
            case trees.Word(word, _) | trees.Quoted(word, _):
                found = scale.find(word)
            case trees.Quantity(_, Measure.PLAIN, word, _):
                found = scale.find(word)
            case _:
                word, found = self.text[slice(*tree.place)], None
        if found is not None:
            return found
        other = self.names.find(word)
        if other is not None and other.type.kind is Kind.LEVEL:
            self.wrong(
                tree.place, "P206", Text("两个等级字段不能相互比较", "two level fields cannot be compared with each other"),
                Text("与一个写明的级别比较", "compare with a written level"),
            )  # fmt: skip
            return None
        titles = [level.title.zh for level in scale.levels.values()]
        choices = close_words(word, titles) or titles[:12]
        self.wrong(
            tree.place, "P203",
            Text(f"“{shown(word)}”不是“{name.title.zh}”的一级", f"“{shown(word)}” is not a level of {name.name}"),
            Text("可写：" + "、".join(choices), "write one of " + ", ".join(choices)),
        )  # fmt: skip
        return None

    def flag_comparison(self, name: Name, sign: Relation, right: Tree, place: Place) -> Clause | None:
        if not isinstance(right, trees.Flag) or sign not in ("==", "!="):
            self.wrong(
                place, "P205", Text(f"“{name.title.zh}”只有是和否", f"{name.name} is yes or no"),
                Text(f"写 {name.title.zh} 或 非 {name.title.zh}", f"write {name.name} or not {name.name}"),
            )  # fmt: skip
            return None
        says = IsTrue(name.name, place)
        return says if right.value == (sign == "==") else Not(says, place)

    def text_comparison(self, name: Name, sign: Relation, right: Tree, place: Place) -> Clause | None:
        if not isinstance(right, trees.Quoted) or sign not in ("==", "!="):
            self.wrong(
                right.place, "P205", Text(f"“{name.title.zh}”是文字，只能与引号中的文字比较是否相同", f"{name.name} is text; it can only equal a quoted text"),
                Text(f"例如 {name.title.zh} == \"…\"", f"for example {name.name} == \"…\""),
            )  # fmt: skip
            return None
        equal = TextIs(name.name, (right.text,), place)
        return Not(equal, place) if sign == "!=" else equal

    def number_comparison(self, left: Tree, sign: Relation, right: Tree, place: Place) -> Clause | None:
        first, second = self.term(left), self.term(right)
        if first is None or second is None:
            return None
        pair = self.alike(first, second)
        return None if pair is None else Compare(sign, pair[0].term, pair[1].term, place)

    def membership(self, left: Tree, items: tuple[Tree, ...], place: Place) -> Clause | None:
        name = self.name_in(left)
        match name.type.kind if name else None:
            case Kind.LEVEL if name:
                scale = self.names.schema.scales[name.type.scale]
                codes = self.codes(name, scale, items)
                return None if codes is None else self.level_among(name, scale, codes, place)
            case Kind.TEXT | Kind.ORGANISATION if name:
                found = [self.text_comparison(name, "==", item, place) for item in items]
                texts = tuple(part.values[0] for part in found if isinstance(part, TextIs))
                return TextIs(name.name, texts, place) if len(texts) == len(items) else None
            case Kind.LEVELS | Kind.AMOUNTS | Kind.BOOLEAN if name:
                self.unusable(name, left.place)
                return None
        term = self.term(left)
        found_terms = [self.term(item) for item in items]
        if term is None:
            return None
        pairs = [self.alike(term, item) for item in found_terms if item is not None]
        fitted = [pair[1].term for pair in pairs if pair is not None]
        if len(fitted) < len(items):
            return None
        if all(isinstance(item, Number) for item in fitted):
            return OneOf(
                term.term,
                tuple(item for item in fitted if isinstance(item, Number)),
                place,
            )
        return AnyOf(tuple(Compare("==", term.term, item, place) for item in fitted), place)

    def between(self, left: Tree, low: Tree, high: Tree, place: Place) -> Clause | None:
        lower = self.compare(left, ">=", low, (left.place[0], low.place[1]))
        before = len(self.mistakes)
        upper = self.compare(left, "<=", high, place)
        if lower is None:  # the same slip of the left side is told once
            del self.mistakes[before:]
        if lower is None or upper is None:
            return None
        if self.is_empty(lower, upper):
            self.wrong(
                (low.place[0], high.place[1]), "P208", Text("区间是空的：左端大于右端", "the range is empty: its left end is the greater"),
                Text("小的写在左边", "write the smaller end first"),
            )  # fmt: skip
            return None
        return AllOf((lower, upper), place)

    def is_empty(self, lower: Clause, upper: Clause) -> bool:
        match lower, upper:
            case Compare(_, _, Number(low)), Compare(_, _, Number(high)):
                return low > high
            case Compare(_, _, Day(first)), Compare(_, _, Day(last)):
                return first > last
            case LevelCompare(_, scale, _, first_level), LevelCompare(_, _, _, last_level):
                levels = self.names.schema.scales[scale].levels
                return levels[first_level].rank > levels[last_level].rank
        return False

    def having(self, left: Tree, items: Iterable[Tree], place: Place) -> Clause | None:
        name = self.name_in(left)
        if name is None:
            if isinstance(left, trees.Word):
                self.unknown(left.word, left.place)
            else:
                self.wrong(
                    left.place,
                    "P205",
                    Text("has 左边需要一个字段", "has needs a field on its left"),
                )
            return None
        if name.type.kind not in (Kind.LEVELS, Kind.LEVEL):
            self.wrong(
                left.place, "P205",
                Text(f"“{name.title.zh}”是{KIND_WORDS[name.type.kind].zh}，has 只用于多选", f"{name.name} is {KIND_WORDS[name.type.kind].en}; has is for sets of levels"),
            )  # fmt: skip
            return None
        scale = self.names.schema.scales[name.type.scale]
        codes = self.codes(name, scale, items)
        if codes is None:
            return None
        if name.type.kind is Kind.LEVEL:
            return self.level_among(name, scale, codes, place)
        return HasAny(name.name, scale.code, codes, place)

    def codes(self, name: Name, scale: Scale, items: Iterable[Tree]) -> tuple[str, ...] | None:
        levels = [self.level(name, scale, item) for item in items]
        if any(level is None for level in levels):
            return None
        return tuple(dict.fromkeys(level.code for level in levels if level is not None))
