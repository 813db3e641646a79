"""From the author's text to tokens, with positions in that text kept (分词).

Outside quotes every character is brought to its plain form (NFKC, then ``≥ ≤ ≠ 、 × ～`` …); inside quotes nothing is
touched. Chinese conditions need no blanks: ``全职且学历>=硕士`` is split where known words meet a keyword.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from juxian.core.policy.mistakes import Mistake
from juxian.core.policy.names import Vocabulary
from juxian.core.text import Text

LENGTH_LIMIT = 2_000  # characters
NUMBER_LIMIT = 10**15  # of a written number, and of fen


class TokenKind(StrEnum):
    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    KEYWORD = "keyword"
    SIGN = "sign"
    END = "end"


class Measure(StrEnum):
    """What a written number counts."""

    PLAIN = "plain"
    MONEY = "money"  # value in fen
    MONTHS = "months"
    YEARS = "years"
    AGE = "age"  # years of life (岁)
    RATE = "rate"  # value in thousandths


class Token(NamedTuple):
    """``value``: int for NUMBER, date for DAY, else the text; ``start``/``end`` are offsets in the author's text."""

    kind: TokenKind
    text: str
    start: int
    end: int
    value: Any = None
    measure: Measure = Measure.PLAIN


KEYWORDS = {
    "and": "and", "且": "and", "并且": "and",
    "or": "or", "或": "or", "或者": "or",
    "not": "not", "非": "not",
    "in": "in", "属于": "in", "不属于": "not in",
    "has": "has", "含": "has", "包含": "has", "具有": "has",
    "至": "..", "到": "..",
    "true": "true", "是": "true", "false": "false", "否": "false",
}  # fmt: skip
_JOINING = sorted(
    (word for word in KEYWORDS if word not in ("是", "否", "true", "false")),
    key=len,
    reverse=True,
)
_JOINING_BY_LETTER = {word[0]: [other for other in _JOINING if other[0] == word[0]] for word in _JOINING}

UNITS: dict[str, tuple[Measure, int]] = {
    "元": (Measure.MONEY, 100), "千元": (Measure.MONEY, 10**5), "万元": (Measure.MONEY, 10**6),
    "百万元": (Measure.MONEY, 10**8), "亿元": (Measure.MONEY, 10**10), "yuan": (Measure.MONEY, 100),
    "个月": (Measure.MONTHS, 1), "月": (Measure.MONTHS, 1), "months": (Measure.MONTHS, 1), "month": (Measure.MONTHS, 1),
    "年": (Measure.YEARS, 1), "周年": (Measure.YEARS, 1), "years": (Measure.YEARS, 1), "year": (Measure.YEARS, 1),
    "岁": (Measure.AGE, 1), "周岁": (Measure.AGE, 1),
    "%": (Measure.RATE, 10), "‰": (Measure.RATE, 1),
}  # fmt: skip
_UNIT_WORDS = sorted((unit for unit in UNITS if unit not in "%‰"), key=len, reverse=True)

_PLAIN = {
    "≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "≠": "!=", "、": ",", "×": "*", "−": "-",
    "～": "..", "〜": "..", "~": "..", "…": "..", "\u3000": " ", "\ufe63": "-",
}  # fmt: skip
_QUOTES = {
    '"': '"',
    "'": "'",
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "＂": "＂",
    "＇": "＇",
}
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand for any pair of quotes in the plain text

_SPACE = re.compile(r"\s+")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![\w-])|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_RUN = re.compile(r"(?:[\w·]|(?:(?<=配偶)|(?<=spouse))\.(?=\w))+", re.IGNORECASE)  # 配偶.学历 is one word
_SIGN = re.compile(r"\.\.|==|!=|<>|<=|>=|[=<>+\-*(),]")
_SIGNS = {"=": "==", "<>": "!="}
_REFUSED = {
    "&": Text("写 and 或 且", "write and"), "|": Text("写 or 或 或", "write or"), "!": Text("写 not 或 非", "write not"),
    "/": Text("没有除法；写成百分比，如 * 50%", "there is no division; write a share, such as * 50%"),
    "[": Text("列举用圆括号，如 in (博士, 硕士)", "list with round brackets, such as in (博士, 硕士)"),
    "]": Text("列举用圆括号", "list with round brackets"),
    ".": Text("名称没有下级；小数要带单位，如 1.5万元", "names have no parts; a decimal needs a unit, such as 1.5万元"),
    ":": Text("没有冒号的写法", "a colon has no meaning here"),
    ";": Text("用“且”“或”连接条件", "join conditions with and, or"),
    "%": Text("百分号紧跟数字，如 40%", "a per cent sign follows a number, such as 40%"),
    "^": Text("没有乘方", "there are no powers"), "@": None, "{": None, "}": None, "`": None, "#": None, "\\": None,
    "$": None, "?": None, "。": Text("句号只能在末尾", "a full stop may only end the text"),
    _OPEN: None, _CLOSE: None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """The text in plain form; ``origin[i]`` is where its character i came from (one entry more, for the end)."""

    text: str
    origin: list[int]


def tokens_of(text: str, vocabulary: Vocabulary) -> list[Token]:
    """Tokens of ``text``, END last; raises ``Mistake`` (P101 too long, P102 sign, P103 quotes, P104 decimal,
    P105 invisible character, P106 day, P107 too large a number)."""
    if len(text) > LENGTH_LIMIT:
        raise Mistake(
            LENGTH_LIMIT,
            len(text),
            "P101",
            Text(
                f"条件过长：{len(text)} 个字符，最多 {LENGTH_LIMIT} 个",
                f"too long: {len(text)} of at most {LENGTH_LIMIT} characters",
            ),
            Text("拆成几条，或用分档表", "split it, or use a table"),
        )
    return _Lexer(_plain(text), vocabulary).run()


def _plain(text: str) -> Plain:
    chars: list[str] = []
    origin: list[int] = []
    closing = ""
    opened = 0
    for index, char in enumerate(text):
        if closing:
            shown = _CLOSE if char == closing else char
            closing = "" if char == closing else closing
        elif char in _QUOTES:
            shown, closing, opened = _OPEN, _QUOTES[char], index
        elif unicodedata.category(char) in ("Cf", "Cc", "Co", "Cs") and char not in "\n\r\t":
            raise Mistake(
                index, index + 1, "P105",
                Text(f"有看不见的字符 U+{ord(char):04X}", f"an invisible character, U+{ord(char):04X}"),
                Text("删掉这个字符", "delete this character"),
            )  # fmt: skip
        else:
            shown = _PLAIN.get(char) or unicodedata.normalize("NFKC", char)
            shown = "".join(_PLAIN.get(part, part) for part in shown)
        chars.append(shown)
        origin += [index] * len(shown)
    if closing:
        raise Mistake(
            opened,
            len(text),
            "P103",
            Text("引号没有结束", "the quotes are not closed"),
            Text(f"补上 {closing}", f"add {closing}"),
        )
    origin.append(len(text))
    return Plain("".join(chars), origin)


class _Lexer:
    def __init__(self, plain: Plain, vocabulary: Vocabulary) -> None:
        self.text = plain.text
        self.folded = "".join(char.lower() if len(char.lower()) == 1 else char for char in plain.text)
        self.origin = plain.origin
        self.vocabulary = vocabulary
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        end = len(self.text.rstrip())
        if self.text[:end].endswith("。"):
            end -= 1
        at = 0
        while at < end:
            at = self._next(at)
        self._add(TokenKind.END, len(self.text), len(self.text), "")
        return self.tokens

    def _next(self, at: int) -> int:
        if space := _SPACE.match(self.text, at):
            return space.end()
        char = self.text[at]
        if "0" <= char <= "9":
            return self._digits(at)
        if run := _RUN.match(self.text, at):
            self._run(at, run.end())
            return run.end()
        if char == _OPEN:
            return self._quoted(at)
        if sign := _SIGN.match(self.text, at):
            self._add(TokenKind.SIGN, at, sign.end(), _SIGNS.get(sign.group(), sign.group()))
            return sign.end()
        raise self._mistake(
            at,
            at + 1,
            "P102",
            Text(f"这里不能用“{char}”", f"“{char}” has no meaning here"),
            _REFUSED.get(char),
        )

    def _quoted(self, at: int) -> int:
        end = self.text.index(_CLOSE, at)
        inside = unicodedata.normalize("NFC", self.text[at + 1 : end])
        self._add(TokenKind.TEXT, at, end + 1, inside)
        return end + 1

    def _digits(self, at: int) -> int:
        if day := _DAY.match(self.text, at):
            return self._day(at, day)
        number = _NUMBER.match(self.text, at)
        end = number.end() if number else at + 1
        run = _RUN.match(self.text, end)
        run_end = run.end() if run else end
        if run and "." not in self.text[at:end] and self.text[at:run_end] in self.vocabulary:
            self._add(TokenKind.WORD, at, run_end, self.text[at:run_end])
            return run_end
        if unit := self._unit(end, run_end):
            self._number(at, end, end + len(unit), unit)
            return self._after_number(at, end + len(unit), max(run_end, end + len(unit)))
        if run:
            if self._joined(end, run_end) is not None:
                self._number(at, end, end, "")
                return self._after_number(at, end, run_end)
            self._add(TokenKind.WORD, at, run_end, self.text[at:run_end])
            return run_end
        space = _SPACE.match(self.text, end)
        later = space.end() if space else end
        run = _RUN.match(self.text, later)
        if run and run.group() in UNITS:
            self._number(at, end, run.end(), run.group())
            return run.end()
        if self.text[later : later + 1] in ("%", "‰"):
            self._number(at, end, later + 1, self.text[later])
            return later + 1
        self._number(at, end, end, "")
        return end

    def _after_number(self, at: int, end: int, run_end: int) -> int:
        """Words written directly after a unit: ``35岁且…``; else the whole run is one unknown word (``5年以上``)."""
        if end == run_end:
            return end
        joined = self._joined(end, run_end)
        if joined is None:
            self.tokens.pop()
            self._add(TokenKind.WORD, at, run_end, self.text[at:run_end])
        else:
            self.tokens += joined
        return run_end

    def _unit(self, at: int, run_end: int) -> str:
        if at < len(self.text) and self.text[at] in ("%", "‰"):
            return self.text[at]
        run = self.text[at:run_end]
        return next((unit for unit in _UNIT_WORDS if run.startswith(unit)), "")

    def _number(self, at: int, digits_end: int, end: int, unit: str) -> None:
        self.tokens.append(self._number_token(at, digits_end, end, unit))

    def _number_token(self, at: int, digits_end: int, end: int, unit: str) -> Token:
        measure, factor = UNITS.get(unit, (Measure.PLAIN, 1))
        whole, _, fraction = self.text[at:digits_end].partition(".")
        if len(whole) > 16:
            raise self._too_large(at, end)
        scaled = int(whole + fraction) * factor if len(fraction) <= 10 else 0
        if fraction and (len(fraction) > 10 or scaled % 10 ** len(fraction)):
            raise self._mistake(
                at, end, "P104",
                Text(f"“{self.text[at:end]}”不是整数", f"“{self.text[at:end]}” is not a whole number"),
                Text("金额精确到分，如 1.5万元；比例精确到千分之一，如 33.3%；其他写整数",
                     "amounts are exact to the fen, such as 1.5万元, shares to a thousandth, such as 33.3%; all else is whole"),
            )  # fmt: skip
        value = scaled // 10 ** len(fraction)
        if value > NUMBER_LIMIT:
            raise self._too_large(at, end)
        return self._token(TokenKind.NUMBER, at, end, self.text[at:digits_end], value, measure)

    def _too_large(self, at: int, end: int) -> Mistake:
        return self._mistake(at, end, "P107", Text("数字过大", "the number is too large"), None)

    def _day(self, at: int, match: re.Match[str]) -> int:
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            value = date(year, month, day)
        except ValueError as error:
            raise self._mistake(
                at, match.end(), "P106",
                Text(f"没有“{match.group()}”这一天", f"there is no day {match.group()}"),
                Text("按 年-月-日 写，如 2022-01-31", "write year-month-day, such as 2022-01-31"),
            ) from error  # fmt: skip
        self._add(TokenKind.DAY, at, match.end(), match.group(), value)
        return match.end()

    def _run(self, at: int, end: int) -> None:
        word = self.text[at:end]
        if word.casefold() in KEYWORDS:
            self._add(TokenKind.KEYWORD, at, end, KEYWORDS[word.casefold()])
        elif word in self.vocabulary or (joined := self._joined(at, end)) is None:
            self._add(TokenKind.WORD, at, end, unicodedata.normalize("NFC", word))
        else:
            self.tokens += joined

    def _joined(self, at: int, end: int) -> list[Token] | None:
        """Known words, numbers and Chinese keywords written without blanks; None where that is not what it is.

        From the end backwards: from which places does a way lead to the end, and what does it begin with?
        """
        run = self.text[at:end].casefold()
        if run.isascii() or not any(word in run for word in _JOINING):
            return None
        ways: dict[int, tuple[int, str]] = {end: (end, "")}
        for place in range(end - 1, at - 1, -1):
            for after, keyword in self._pieces(place, end):
                if after in ways:
                    ways[place] = (after, keyword)
                    break
        if at not in ways:
            return None
        tokens = []
        while at < end:
            after, keyword = ways[at]
            tokens.append(self._piece(at, after, keyword))
            at = after
        return tokens

    def _pieces(self, at: int, end: int) -> Iterator[tuple[int, str]]:
        """(end, keyword) of what may begin at ``at`` inside a run: the longest known word first, then keywords."""
        if number := _NUMBER.match(self.text, at, end):
            yield number.end() + len(self._unit(number.end(), end)), ""
            return
        letter = self.folded[at]
        for length in self.vocabulary.lengths.get(letter, ()):
            if at + length <= end and self.folded[at : at + length] in self.vocabulary.words:
                yield at + length, ""
        for word in _JOINING_BY_LETTER.get(letter, ()):
            if self.folded.startswith(word, at) and self._stands_alone(word, at, end):
                yield at + len(word), KEYWORDS[word]

    def _piece(self, at: int, end: int, keyword: str) -> Token:
        if keyword:
            return self._token(TokenKind.KEYWORD, at, end, keyword)
        if number := _NUMBER.match(self.text, at, end):
            return self._number_token(at, number.end(), end, self._unit(number.end(), end))
        return self._token(TokenKind.WORD, at, end, self.text[at:end])

    def _stands_alone(self, word: str, at: int, end: int) -> bool:
        """``has`` inside a run is a keyword only between Chinese characters."""
        around = self.text[at - 1 : at] + self.text[at + len(word) : min(end, at + len(word) + 1)]
        return at + len(word) <= end and (not word.isascii() or not any(char.isascii() for char in around))

    def _token(
        self,
        kind: TokenKind,
        at: int,
        end: int,
        text: str,
        value: Any = None,
        measure: Measure = Measure.PLAIN,
    ) -> Token:
        start = self.origin[at]
        stop = self.origin[end - 1] + 1 if end > at else self.origin[end]
        return Token(kind, text, start, stop, value, measure)

    def _add(self, kind: TokenKind, at: int, end: int, text: str, value: Any = None) -> None:
        self.tokens.append(self._token(kind, at, end, text, value))

    def _mistake(self, at: int, end: int, code: str, message: Text, hint: Text | None) -> Mistake:
        return Mistake(self.origin[at], self.origin[end - 1] + 1, code, message, hint)
