"""One value of a typed field: read from anything, kept in canonical form, shown to people (值的读取与显示)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from juxian.core.facts.schema import FactKind, Kind, Scale, Schema, ValueType
from juxian.core.money import CEILING_FEN, yuan
from juxian.core.text import Text

TEXT_LIMIT = 2000  # characters of one text value
FIRST_YEAR, LAST_YEAR = 1900, 2100
MONTHS_LIMIT = 1200
UNKNOWN = "—"
IDENTITY, BIRTH = "identity", "birth_date"

_TRUE = {"是", "有", "真", "对", "true", "yes", "y", "1", "√", "✓"}
_FALSE = {"否", "无", "没有", "假", "不是", "false", "no", "n", "0", "×"}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?")
_AMOUNT = re.compile(r"(-?)(\d[\d,]*)(?:\.(\d+))?(亿元|万元|千元|百元|元|分|亿|万|yuan)?")
_MONTHS = re.compile(r"(\d+)(个月|月|年|months?|years?)?")
_SPLIT = re.compile(r"[、,;|\n]+")
FEN_OF_UNIT = {
    "亿元": 10**10, "亿": 10**10, "万元": 10**6, "万": 10**6, "千元": 10**5, "百元": 10**4,
    "元": 100, "yuan": 100, "分": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value was not accepted (不接受的原因)."""

    reason: Text

    def __str__(self) -> str:
        return str(self.reason)


def parse_value(raw: object, type_: ValueType, schema: Schema) -> Any:
    """The canonical form of ``raw`` (see ``Kind``), or a ``Refusal``.

    Canonical values come back unchanged, so that parsing twice changes nothing. Money: a whole number is fen, a text
    carries its unit (``5万元``, ``1500元``) or is in yuan. Levels are found by code, title, alias or standard code.
    """
    if isinstance(raw, str):
        raw = unicodedata.normalize("NFC", raw).strip()
    if raw is None or raw == "":
        return Refusal(Text("没有填写", "nothing is written"))
    return _PARSERS[type_.kind](raw, type_, schema)


def parse_amount(text: str) -> int | Refusal:
    """Whole fen of ``5万元``, ``0.5亿元``, ``1,500.50元``; a number without unit is in yuan."""
    found = _AMOUNT.fullmatch(_plain(text).replace(" ", ""))
    if not found:
        message = Text(
            f"“{text}”不是金额，应写如 5万元、1500元",
            f"“{text}” is not an amount; write 50000 yuan or 1500 yuan",
        )
        return Refusal(message)
    sign, whole, part, unit = found.groups()
    fen = Decimal(whole.replace(",", "") + "." + (part or "0")) * FEN_OF_UNIT[unit or "元"]
    if fen != fen.to_integral_value():
        return Refusal(Text(f"金额“{text}”不足一分", f"the amount “{text}” is finer than one fen"))
    if fen > CEILING_FEN:
        return Refusal(Text(f"金额“{text}”过大", f"the amount “{text}” is too large"))
    return -int(fen) if sign else int(fen)


def parse_day(text: str) -> date | Refusal:
    """A day written ``2022-01-31``, ``2022/1/31``, ``2022.1.31`` or ``2022年1月31日``, from 1900 to 2100."""
    found = _DATE.fullmatch(_plain(text).replace(" ", ""))
    if not found:
        return Refusal(
            Text(
                f"“{text}”不是日期，应写如 2022-01-31",
                f"“{text}” is not a date; write 2022-01-31",
            )
        )
    year, *months, day = found.groups()
    try:
        return _within_bounds(date(int(year), int(next(m for m in months if m)), int(day)))
    except ValueError:
        return Refusal(Text(f"没有“{text}”这一天", f"there is no day “{text}”"))


def check_fact(
    kind: FactKind, value: Mapping[str, object], schema: Schema
) -> tuple[dict[str, Any], list[Text]]:
    """The canonical value of a fact and everything that is wrong with it.

    Empty fields are left out (unknown). Wrong, unknown and missing required fields are told by their title; the
    canonical value holds the fields that were right.
    """
    canonical: dict[str, Any] = {}
    wrong: list[Text] = []
    for name, raw in value.items():
        field = kind.fields.get(name)
        if field is None:
            wrong.append(
                Text(
                    f"“{kind.title.zh}”没有字段 {name}",
                    f"“{kind.title.en}” has no field {name}",
                )
            )
        elif raw is not None and raw != "":
            parsed = parse_value(raw, field.type, schema)
            if isinstance(parsed, Refusal):
                wrong.append(_named(field.title, parsed.reason))
            else:
                canonical[name] = parsed
    for field in kind.fields.values():
        if field.required and value.get(field.name) in (None, ""):
            wrong.append(_named(field.title, Text("必须填写", "is required")))
    return canonical, wrong


def is_born_after(kind: str, value: Mapping[str, Any], day: date) -> bool:
    """The fact states a birth after ``day``, the day on which it is stated: nobody is born then. value: canonical."""
    return kind == IDENTITY and str(value.get(BIRTH) or "") > day.isoformat()


def show_value(value: Any, type_: ValueType, schema: Schema, language: str) -> str:
    """A canonical value in words: title of a level, ``5 万元``, ``2022-01-31``, 是/否; ``—`` when unknown.

    Organisations are shown by code: their names are not part of the schema.
    """
    if value is None:
        return UNKNOWN
    return _SHOWERS[type_.kind](value, type_, schema, language)


def show_amount(amount_fen: int, language: str) -> str:
    """``5 万元``, ``1.2 亿元`` where that is exact to two decimals, else whole yuan; English in yuan."""
    if language.startswith("en"):
        return f"{yuan(amount_fen)} yuan"
    for unit in ("亿元", "万元"):
        hundredths, rest = divmod(abs(amount_fen), FEN_OF_UNIT[unit] // 100)
        if hundredths >= 100 and not rest:
            return f"{'-' if amount_fen < 0 else ''}{_decimal(hundredths)} {unit}"
    return f"{yuan(amount_fen)} 元"


def _decimal(hundredths: int) -> str:
    whole, part = divmod(hundredths, 100)
    return f"{whole:,}" + (f".{part:02d}".rstrip("0") if part else "")


def _plain(text: str) -> str:
    """Full-width digits and signs in their common form."""
    return unicodedata.normalize("NFKC", text).strip()


def _named(title: Text, reason: Text) -> Text:
    return Text(
        f"{title.zh}：{reason.zh}",
        f"{title.in_language('en')}: {reason.in_language('en')}",
    )


def _within_bounds(day: date) -> date | Refusal:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    message = Text(
        f"日期 {day} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间",
        f"the date {day} is not between {FIRST_YEAR} and {LAST_YEAR}",
    )
    return Refusal(message)


def _parse_text(raw: object, _type: ValueType, _schema: Schema) -> str | Refusal:
    if not isinstance(raw, str | int) or isinstance(raw, bool):
        return Refusal(Text("应为文字", "text is expected"))
    text = str(raw).replace("\r\n", "\n")  # as browsers and Windows end a line
    if len(text) > TEXT_LIMIT:
        return Refusal(Text(f"超过 {TEXT_LIMIT} 个字符", f"longer than {TEXT_LIMIT} characters"))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n" for char in text):
        return Refusal(Text("含有不可见的控制字符", "contains invisible control characters"))
    return text


def _parse_integer(raw: object, _type: ValueType, _schema: Schema) -> int | Refusal:
    number = _whole_number(raw)
    if number is None:
        return Refusal(Text(f"“{raw}”不是整数", f"“{raw}” is not a whole number"))
    if abs(number) > CEILING_FEN:
        return Refusal(Text("数字过大", "the number is too large"))
    return number


def _whole_number(raw: object) -> int | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if not isinstance(raw, str):
        return None
    digits = _plain(raw).replace(",", "")
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    return sign * int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _parse_money(raw: object, type_: ValueType, schema: Schema) -> int | Refusal:
    return parse_amount(raw) if isinstance(raw, str) else _parse_integer(raw, type_, schema)


def _parse_months(raw: object, _type: ValueType, _schema: Schema) -> int | Refusal:
    months = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    if isinstance(raw, str) and (found := _MONTHS.fullmatch(_plain(raw).replace(" ", "").lower())):
        number, unit = found.groups()
        months = int(number[:9]) * (12 if (unit or "").startswith(("年", "year")) else 1)
    if months is None:
        return Refusal(
            Text(
                f"“{raw}”不是月数，应写如 36个月、3年",
                f"“{raw}” is not a term; write 36 months or 3 years",
            )
        )
    if not 0 <= months <= MONTHS_LIMIT:
        return Refusal(
            Text(
                f"月数应在 0 至 {MONTHS_LIMIT} 之间",
                f"a term lies between 0 and {MONTHS_LIMIT} months",
            )
        )
    return months


def _parse_date(raw: object, _type: ValueType, _schema: Schema) -> str | Refusal:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        day: date | Refusal = _within_bounds(raw)
    else:
        day = parse_day(str(raw))
    return day if isinstance(day, Refusal) else day.isoformat()


def _parse_boolean(raw: object, _type: ValueType, _schema: Schema) -> bool | Refusal:
    if isinstance(raw, bool):
        return raw
    word = _plain(str(raw)).casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    return Refusal(Text(f"“{raw}”应为是或否", f"“{raw}” should be yes or no"))


def _parse_level(raw: object, type_: ValueType, schema: Schema) -> str | Refusal:
    return _level_code(raw, schema.scale_of(type_))


def _parse_levels(raw: object, type_: ValueType, schema: Schema) -> list[str] | Refusal:
    scale = schema.scale_of(type_)
    found = [_level_code(word, scale) for word in _several(raw, scale)]
    refusals = [code for code in found if isinstance(code, Refusal)]
    return refusals[0] if refusals else sorted({code for code in found if isinstance(code, str)})


def _several(raw: object, scale: Scale) -> list[object]:
    if isinstance(raw, str):
        whole_word = scale.find(_plain(raw))
        return [raw] if whole_word else [word for word in _SPLIT.split(_plain(raw)) if word.strip()]
    return list(raw) if isinstance(raw, list | tuple | set | frozenset) else [raw]


def _level_code(raw: object, scale: Scale) -> str | Refusal:
    word = str(raw)
    level = scale.find(word) or scale.find(_plain(word)) or scale.find(_plain(word).replace(" ", ""))
    if level:
        return level.code
    near = nearest_level(word, scale)
    hint_zh, hint_en = (f"，是否指“{near}”", f"; is “{near}” meant") if near else ("", "")
    return Refusal(
        Text(
            f"“{word}”不在“{scale.title.zh}”代码表中{hint_zh}",
            f"“{word}” is not in the list “{scale.title.in_language('en')}”{hint_en}",
        )
    )


def nearest_level(word: str, scale: Scale) -> str:
    """The title, alias or code of ``scale`` that looks most like ``word``; empty when nothing is near."""
    words = [w for level in scale.levels.values() for w in (level.title.zh, level.code, *level.aliases)]
    return next(iter(get_close_matches(word, words, n=1, cutoff=0.5)), "")


def _parse_organisation(raw: object, _type: ValueType, _schema: Schema) -> str | Refusal:
    if isinstance(raw, str) and len(raw) <= 64 and not any(char.isspace() for char in raw):
        return raw
    return Refusal(Text(f"“{raw}”不是机构代码", f"“{raw}” is not the code of an organisation"))


def _parse_amounts(raw: object, type_: ValueType, schema: Schema) -> dict[str, int] | Refusal:
    if not isinstance(raw, Mapping):
        return Refusal(Text("应为“待遇: 金额”的对照", "a mapping of benefit to amount is expected"))
    parsed: dict[str, int] = {}
    for key, value in raw.items():
        amount = _parse_money(value, type_, schema)
        if isinstance(amount, Refusal):
            return amount
        parsed[str(key)] = amount
    return dict(sorted(parsed.items()))


def _show_levels(value: Iterable[str], type_: ValueType, schema: Schema, language: str) -> str:
    words = [_show_level(code, type_, schema, language) for code in value]
    if language.startswith("en"):
        return ", ".join(words) or "none"
    return "、".join(words) or "无"


def _show_level(value: str, type_: ValueType, schema: Schema, language: str) -> str:
    level = schema.scale_of(type_).levels.get(value)
    return level.title.in_language(language) if level else value


def _show_months(value: int, _type: ValueType, _schema: Schema, language: str) -> str:
    years, months = divmod(value, 12)
    english = language.startswith("en")
    if years and not months:
        return f"{years} {'year' if years == 1 else 'years'}" if english else f"{years} 年"
    return f"{value} {'month' if value == 1 else 'months'}" if english else f"{value} 个月"


def _show_boolean(value: bool, _type: ValueType, _schema: Schema, language: str) -> str:
    if language.startswith("en"):
        return "yes" if value else "no"
    return "是" if value else "否"


def _show_amounts(value: Mapping[str, int], _type: ValueType, _schema: Schema, language: str) -> str:
    words = [f"{benefit} {show_amount(amount, language)}" for benefit, amount in value.items()]
    if language.startswith("en"):
        return ", ".join(words) or "none"
    return "、".join(words) or "无"


def _show_plain(value: object, _type: ValueType, _schema: Schema, _language: str) -> str:
    return str(value)


def _show_money(value: int, _type: ValueType, _schema: Schema, language: str) -> str:
    return show_amount(value, language)


_PARSERS: dict[Kind, Callable[[object, ValueType, Schema], Any]] = {
    Kind.TEXT: _parse_text,
    Kind.INTEGER: _parse_integer,
    Kind.MONEY: _parse_money,
    Kind.MONTHS: _parse_months,
    Kind.DATE: _parse_date,
    Kind.BOOLEAN: _parse_boolean,
    Kind.LEVEL: _parse_level,
    Kind.LEVELS: _parse_levels,
    Kind.ORGANISATION: _parse_organisation,
    Kind.AMOUNTS: _parse_amounts,
}

_SHOWERS: dict[Kind, Callable[[Any, ValueType, Schema, str], str]] = {
    Kind.TEXT: _show_plain,
    Kind.INTEGER: _show_plain,
    Kind.MONEY: _show_money,
    Kind.MONTHS: _show_months,
    Kind.DATE: _show_plain,
    Kind.BOOLEAN: _show_boolean,
    Kind.LEVEL: _show_level,
    Kind.LEVELS: _show_levels,
    Kind.ORGANISATION: _show_plain,
    Kind.AMOUNTS: _show_amounts,
}
