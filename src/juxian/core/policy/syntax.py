"""From tokens to a syntax tree that knows no types yet (语法).

or:      and ("or" and)*
and:     not ("and" not)*
not:     "not" not | relation
relation: sum (sign sum)* | sum ["not"] "in" ("(" sum,… ")" | sum ".." sum) | sum "has" (sum | "(" sum,… ")")
sum:     product (("+"|"-") product)*
product: unary ("*" unary)*
unary:   "-" unary | atom
atom:    number | day | text | true | false | word | word "(" or,… ")" | "(" or ")"
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from juxian.core.policy.lexer import Token, TokenKind, tokens_of
from juxian.core.policy.mistakes import Mistake
from juxian.core.policy.names import FUNCTIONS, Vocabulary, close_words, shown
from juxian.core.policy.nodes import Place, Relation
from juxian.core.policy.trees import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Flag,
    Having,
    Logic,
    Membership,
    Negation,
    Negative,
    Quantity,
    Quoted,
    Tree,
    Word,
    WrittenDay,
)
from juxian.core.text import Text

DEPTH_LIMIT = 20  # brackets, not, minus
TREE_DEPTH_LIMIT = 3 * DEPTH_LIMIT  # with the chains of sums and products between them
NODE_LIMIT = 500
_RELATIONS: dict[str, Relation] = {sign: sign for sign in get_args(Relation)}
ABOVE = re.compile(
    r"^([0-9].*?)(以上|以下|以内)$"
)  # 5年以上: not a form of the language; its first group may end with JOINING
JOINING = "及以之"


def parse(text: str, vocabulary: Vocabulary) -> Tree:
    """The tree of ``text``. Raises ``Mistake``: P101–P107 of the lexer, P110 empty, P111 unexpected, P112 too deep,
    P113 too many parts, P114 not a function."""
    tokens = tokens_of(text, vocabulary)
    if len(tokens) == 1:
        raise Mistake(0, len(text), "P110", Text("条件是空的", "the condition is empty"))
    return _Parser(tokens).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.count = 0
        self.depths: dict[int, int] = {}  # by id of a tree; all of them stay alive in the whole tree

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def whole(self) -> Tree:
        tree = self.any_of()
        if self.token.kind is not TokenKind.END:
            raise self.unexpected()
        return tree

    def any_of(self) -> Tree:
        self.enter()
        parts = [self.all_of()]
        while self.take_keyword("or"):
            parts.append(self.all_of())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else self.counted(Logic("or", tuple(parts), _around(parts)))

    def all_of(self) -> Tree:
        parts = [self.negation()]
        while self.take_keyword("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else self.counted(Logic("and", tuple(parts), _around(parts)))

    def negation(self) -> Tree:
        start = self.token.start
        if not self.take_keyword("not"):
            return self.relation()
        self.enter()
        part = self.negation()
        self.depth -= 1
        return self.counted(Negation(part, (start, part.place[1])))

    def relation(self) -> Tree:
        left = self.sum()
        if self.is_keyword("not in"):
            self.at += 1
            return self.membership(left, negated=True)
        if self.is_keyword("not") and self.tokens[self.at + 1][:2] == (
            TokenKind.KEYWORD,
            "in",
        ):
            self.at += 2
            return self.membership(left, negated=True)
        if self.take_keyword("in"):
            return self.membership(left, negated=False)
        if self.take_keyword("has"):
            items, end = self.items()
            return self.counted(Having(left, items, (left.place[0], end)))
        links: list[tuple[Relation, Tree]] = []
        while self.token.kind is TokenKind.SIGN and (sign := _RELATIONS.get(self.token.text)):
            self.at += 1
            links.append((sign, self.sum()))
        if not links:
            return left
        self.count += len(links) - 1
        return self.counted(Comparison(left, tuple(links), (left.place[0], links[-1][1].place[1])))

    def membership(self, left: Tree, *, negated: bool) -> Tree:
        if self.is_sign("(") and not self.range_in_brackets():
            items, end = self.items()
            return self.counted(Membership(left, items, negated, (left.place[0], end)))
        low = self.sum()
        if not (self.take_sign("..") or self.take_keyword("..")):
            raise self.unexpected(
                Text(
                    "列举写 in (甲, 乙)，区间写 in 35..45",
                    "write in (a, b), or a range: in 35..45",
                )
            )
        high = self.sum()
        return self.counted(Between(left, low, high, negated, (left.place[0], high.place[1])))

    def range_in_brackets(self) -> bool:
        """``in (1 + 2)..5``: the bracket belongs to a term of a range, not to a list."""
        level = 0
        for index in range(self.at, len(self.tokens)):
            level += {"(": 1, ")": -1}.get(self.tokens[index].text, 0)
            if level == 0:
                return self.tokens[index + 1].text == ".." if index + 1 < len(self.tokens) else False
        return False

    def items(self) -> tuple[tuple[Tree, ...], int]:
        """One term, or several in brackets; with the offset where they end."""
        if not self.take_sign("("):
            item = self.sum()
            return (item,), item.place[1]
        found = [self.sum()]
        while self.take_sign(","):
            found.append(self.sum())
        end = self.token.end
        self.expect(")")
        return tuple(found), end

    def sum(self) -> Tree:
        left = self.product()
        while self.is_sign("+") or self.is_sign("-"):
            operator: Literal["+", "-"] = "+" if self.token.text == "+" else "-"
            self.at += 1
            left = self.arithmetic(operator, left, self.product())
        return left

    def product(self) -> Tree:
        left = self.unary()
        while self.is_sign("*"):
            self.at += 1
            if self.is_sign("*"):
                raise self.unexpected(Text("没有乘方", "there are no powers"))
            left = self.arithmetic("*", left, self.unary())
        return left

    def arithmetic(self, operator: Literal["+", "-", "*"], left: Tree, right: Tree) -> Tree:
        return self.counted(Arithmetic(operator, left, right, (left.place[0], right.place[1])))

    def unary(self) -> Tree:
        start = self.token.start
        if not self.take_sign("-"):
            return self.atom()
        self.enter()
        part = self.unary()
        self.depth -= 1
        return self.counted(Negative(part, (start, part.place[1])))

    def atom(self) -> Tree:
        token = self.token
        place = (token.start, token.end)
        if token.kind is TokenKind.SIGN and token.text == "(":
            return self.bracketed()
        if token.kind is TokenKind.KEYWORD and token.text == "has" and self.tokens[self.at + 1].text == "(":
            self.at += 1
            return self.call("has", token)
        tree: Tree | None = None
        match token.kind:
            case TokenKind.NUMBER:
                tree = Quantity(token.value, token.measure, token.text, place)
            case TokenKind.DAY:
                tree = WrittenDay(token.value, place)
            case TokenKind.TEXT:
                tree = Quoted(token.text, place)
            case TokenKind.WORD:
                tree = Word(token.text, place)
            case TokenKind.KEYWORD if token.text in ("true", "false"):
                tree = Flag(token.text == "true", place)
        if tree is None:
            raise self.unexpected()
        self.at += 1
        if isinstance(tree, Word) and self.is_sign("("):
            return self.call(tree.word, token)
        return self.counted(tree)

    def bracketed(self) -> Tree:
        self.at += 1
        tree = self.any_of()
        self.expect(")")
        return tree

    def call(self, function: str, token: Token) -> Tree:
        if function not in FUNCTIONS:
            close = close_words(function, FUNCTIONS)
            raise Mistake(
                token.start, token.end, "P114",
                Text(f"没有函数“{shown(function)}”", f"there is no function {shown(function)}"),
                Text("可用：" + "、".join(close or FUNCTIONS), "known: " + ", ".join(close or FUNCTIONS)),
            )  # fmt: skip
        self.at += 1
        arguments: list[Tree] = []
        if not self.is_sign(")"):
            arguments.append(self.any_of())
            while self.take_sign(","):
                arguments.append(self.any_of())
        end = self.token.end
        self.expect(")")
        return self.counted(Call(function, tuple(arguments), (token.start, end)))

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.too_deep((self.token.start, self.token.end))

    def too_deep(self, place: Place) -> Mistake:
        return Mistake(
            place[0], place[1], "P112",
            Text(f"层次过深，最多 {DEPTH_LIMIT} 层", f"nested deeper than {DEPTH_LIMIT}"),
            Text("去掉多余的括号，或拆成几条", "drop brackets, or split the condition"),
        )  # fmt: skip

    def counted(self, tree: Tree) -> Tree:
        self.count += 1
        if isinstance(tree, Arithmetic):
            depth = 1 + max(self.depths.get(id(tree.left), 0), self.depths.get(id(tree.right), 0))
            if depth > TREE_DEPTH_LIMIT:
                raise self.too_deep(tree.place)
            self.depths[id(tree)] = depth
        if self.count > NODE_LIMIT:
            raise Mistake(
                tree.place[0], tree.place[1], "P113",
                Text(f"条件过大，最多 {NODE_LIMIT} 个部分", f"more than {NODE_LIMIT} parts"),
                Text("拆成几条，或用分档表", "split it, or use a table"),
            )  # fmt: skip
        return tree

    def is_sign(self, sign: str) -> bool:
        return self.token.kind is TokenKind.SIGN and self.token.text == sign

    def take_sign(self, sign: str) -> bool:
        found = self.is_sign(sign)
        self.at += found
        return found

    def is_keyword(self, keyword: str) -> bool:
        return self.token.kind is TokenKind.KEYWORD and self.token.text == keyword

    def take_keyword(self, keyword: str) -> bool:
        found = self.is_keyword(keyword)
        self.at += found
        return found

    def expect(self, sign: str) -> None:
        if not self.take_sign(sign):
            raise self.unexpected(Text(f"缺少“{sign}”", f"“{sign}” is missing"))

    def unexpected(self, hint: Text | None = None) -> Mistake:
        token = self.token
        if token.kind is TokenKind.END:
            message = Text("条件没有写完", "the condition ends too early")
        else:
            message = Text(
                f"这里不应出现“{shown(token.text)}”", f"“{shown(token.text)}” is not expected here"
            )
        if hint is None and (above := ABOVE.match(token.text)):
            sign = ">=" if above[2] == "以上" else "<="
            much = above[1].rstrip(JOINING)
            hint = Text(f"写成 {sign} {much}", f"write {sign} {much}")
        elif hint is None and token.kind in (
            TokenKind.WORD,
            TokenKind.NUMBER,
            TokenKind.TEXT,
            TokenKind.DAY,
        ):
            hint = Text("条件之间用“且”“或”连接", "join conditions with and, or")
        return Mistake(token.start, max(token.end, token.start + 1), "P111", message, hint)


def _around(parts: list[Tree]) -> Place:
    return parts[0].place[0], parts[-1].place[1]
