"""One cell read as a value of a field (单元格规整): raw value, canonical value, rule, doubt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from juxian.core.facts.schema import Field, Kind, Scale, Schema
from juxian.core.facts.values import Refusal, nearest_level, parse_value
from juxian.core.identity import IdCheck, check_document, check_name, check_phone, find_document_kind
from juxian.core.tables.dates import is_ambiguous_month, read_date
from juxian.core.tables.headers import plain_header
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.workbook import PRECISE_UP_TO, Cell, as_text
from juxian.core.text import Text

_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d{2}$")
_EMPTY_WORDS = frozenset(
    ("", "-", "--", "—", "——", "/", "\\", "无数据", "null", "none", "n/a", "na", "#n/a", "空")
)
_LONGEST_EMPTY = 20  # characters, blanks around the sign included
_NUMBER_WITH_UNIT = re.compile(
    r"(-?[\d,]+(?:\.\d+)?)(亿元|百万元|万元|千元|百元|元|亿|万|个月|月|年|岁|人|㎡|m2|平方米|平米)?"
)
_MONTHS_PER = {"年": 12, "月": 1, "个月": 1}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says. ``value`` canonical (see ``Kind``), None when empty or doubtful.

    rule: how it was read, a key of ``RULES``. problem: it cannot be used; hint: the way out. warning: it can, but look.
    """

    value: Any = None
    rule: str = "as_written"
    problem: Text | None = None
    hint: Text | None = None
    warning: Text | None = None
    reason: str = "cell_unreadable"


RULES = {
    "as_written": Text("原样", "as written"),
    "empty": Text("空", "empty"),
    "cleaned": Text("去除空格、全角与符号", "blanks, full-width forms and signs cleaned"),
    "name": Text("姓名规整", "name normalised"),
    "number": Text("证件号码规整", "document number normalised"),
    "phone": Text("电话规整", "telephone number normalised"),
    "level": Text("对应到代码表", "found in the code list"),
    "level_cleaned": Text("清理后对应到代码表", "found in the code list after cleaning"),
    "level_of_header": Text("表头写明的一项", "the one that the header names"),
    "unit_of_cell": Text("按单元格中的单位换算", "converted by the unit in the cell"),
    "unit_of_header": Text("按表头中的单位换算", "converted by the unit in the header"),
    "date_cell": Text("日期单元格", "a date cell"),
    "serial": Text("Excel 日期序列号", "a serial number of Excel"),
    "written_day": Text("年月日", "year, month and day"),
    "digits": Text("8 位数字日期", "a date of eight digits"),
    "month": Text("只有年月，取当月 1 日", "year and month only; the first of the month"),
    "year": Text("只有年份，取 1 月 1 日", "year only; 1 January"),
    "organisation": Text("对应到机构", "found among the organisations"),
    "merged": Text("取自合并单元格", "from a merged cell"),
    "from_name": Text("由名称推得级别", "the level follows from the title"),
    "from_number": Text("由证件号码得出", "taken from the document number"),
    "from_sender": Text("报送单位", "the sender of the roster"),
}

LOST_DIGITS = Text(
    "号码被当作数字保存，后几位已丢失", "the number was kept as a number and has lost its last digits"
)
LOST_DIGITS_HINT = Text(
    "把该列设为“文本”格式后重新填写号码，不能从这里恢复",
    "format the column as text and type the number again; it cannot be recovered from here",
)


def is_empty(raw: Cell) -> bool:
    """Nothing is written, or a sign that stands for nothing."""
    if isinstance(raw, str):
        return len(raw) < _LONGEST_EMPTY and _clean(raw).casefold() in _EMPTY_WORDS
    return raw is None


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().strip("\u200b\ufeff").strip()


def read_name(raw: Cell) -> Reading:
    """A person's name; numbers and dates are none."""
    if isinstance(raw, bool | int | float | date | time | timedelta):
        return Reading(problem=Text("姓名中没有文字", "the name has no letters"), reason="name_unusable")
    found = check_name(raw or "")
    if found.problem:
        return Reading(
            problem=found.problem, hint=Text("改正姓名", "correct the name"), reason="name_unusable"
        )
    return Reading(found.name, "as_written" if found.name == raw else "name", warning=_first(found.warnings))


def _first(warnings: tuple[Text, ...]) -> Text | None:
    if not warnings:
        return None
    return Text(
        "；".join(item.zh for item in warnings), "; ".join(item.in_language("en") for item in warnings)
    )


def has_lost_digits(raw: Cell) -> bool:
    """A number of more than 15 digits that a spreadsheet kept as a floating number, or its text ``4.30102E+17``."""
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return abs(raw) >= PRECISE_UP_TO
    return isinstance(raw, str) and _SCIENTIFIC.match(_clean(raw)) is not None


def read_document(raw: Cell, kind: str, as_of: date) -> tuple[IdCheck | None, Reading]:
    """A document number of ``kind`` (empty: told from its shape)."""
    if has_lost_digits(raw):
        return None, Reading(problem=LOST_DIGITS, hint=LOST_DIGITS_HINT, reason="number_damaged")
    text = as_text(raw)
    if "*" in text or "＊" in text:
        masked = Text("号码被打了码", "the number is masked")
        return None, Reading(
            problem=masked, hint=Text("填写完整号码", "write it in full"), reason="number_wrong"
        )
    found = check_document(kind, text, as_of)
    if found.problem:
        hint = Text("对照证件改正号码", "compare it with the document")
        return None, Reading(problem=found.problem, hint=hint, reason="number_wrong")
    rule = "as_written" if found.number == raw else "number"
    return found, Reading(found.number, rule, warning=_first(found.warnings))


def read_document_kind(raw: Cell) -> Reading:
    """The stated kind of document."""
    kind = find_document_kind(as_text(raw))
    if kind is None:
        message = Text(f"不认识的证件类型“{as_text(raw)}”", f"“{as_text(raw)}” is no known kind of document")
        return Reading(problem=message, hint=Text("写居民身份证、护照等", "write 居民身份证, 护照 …"))
    return Reading(kind, "level")


@dataclass(frozen=True, slots=True)
class Context:
    """What a cell is read with. ``header``, ``unit``: of its column."""

    schema: Schema
    organisations: Organisations
    as_of: date
    header: str = ""
    unit: str = ""


def read_cell(raw: Cell, field: Field, context: Context) -> Reading:
    """A value of ``field``; an empty cell is no value and no problem."""
    if is_empty(raw):
        return Reading(rule="empty")
    return _READERS[field.type.kind](raw, field, context)


def read_day(raw: Cell, context: Context) -> Reading:
    """A date as ``YYYY-MM-DD``."""
    if is_ambiguous_month(raw):
        message = Text(f"数字 {raw} 可能是 1 月或 10 月", f"the number {raw} may mean January or October")
        return Reading(problem=message, hint=Text("写成 1985-01 或 1985-10", "write 1985-01 or 1985-10"))
    found = read_date(raw, context.as_of)
    if found is None:
        message = Text(f"“{as_text(raw)}”不是日期", f"“{as_text(raw)}” is not a date")
        return Reading(
            problem=message, hint=Text("写成 1985-07-01 或 1985.07", "write 1985-07-01 or 1985.07")
        )
    return Reading(found.day.isoformat(), found.rule)


def _read_text(raw: Cell, field: Field, context: Context) -> Reading:
    text = _clean(as_text(raw))
    if field.name == "phone":
        return _read_phone(text)
    if field.name == "name" and has_lost_digits(raw):
        return Reading(problem=LOST_DIGITS, hint=LOST_DIGITS_HINT)
    parsed = parse_value(text, field.type, context.schema)
    if isinstance(parsed, Refusal):
        return Reading(problem=parsed.reason, hint=Text("改写这个单元格", "write the cell again"))
    return Reading(parsed, "as_written" if parsed == raw else "cleaned")


def _read_phone(text: str) -> Reading:
    found = check_phone(text)
    if found.problem:
        return Reading(
            problem=found.problem,
            hint=Text("写 11 位手机号或带区号的固话", "write a mobile or a full number"),
        )
    return Reading(
        found.number, "as_written" if found.number == text else "phone", warning=_first(found.warnings)
    )


def _read_day_field(raw: Cell, _field: Field, context: Context) -> Reading:
    return read_day(raw, context)


def _amount(raw: Cell) -> tuple[Decimal, str] | None:
    """(number, unit) of a number cell or a text such as ``１２，０００元``."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    text = re.sub(r"\s+", "", _clean(raw)) if isinstance(raw, str) else f"{raw:.6f}".rstrip("0").rstrip(".")
    found = _NUMBER_WITH_UNIT.fullmatch(text.lstrip("¥￥约"))
    if not found:
        return None
    try:
        return Decimal(found.group(1).replace(",", "")), found.group(2) or ""
    except InvalidOperation:
        return None


def _not_a_number(raw: Cell, zh: str, en: str, example: str) -> Reading:
    message = Text(f"“{as_text(raw)}”不是{zh}", f"“{as_text(raw)}” is not {en}")
    return Reading(problem=message, hint=Text(f"写成 {example}", f"write {example}"))


def _read_integer(raw: Cell, field: Field, context: Context) -> Reading:
    found = _amount(raw)
    if found is None or found[0] != found[0].to_integral_value():
        return _not_a_number(raw, "整数", "a whole number", "12")
    parsed = parse_value(int(found[0]), field.type, context.schema)
    if isinstance(parsed, Refusal):
        return Reading(problem=parsed.reason)
    return Reading(parsed, "as_written" if isinstance(raw, int | float) else "cleaned")


def _read_money(raw: Cell, field: Field, context: Context) -> Reading:
    found = _amount(raw)
    if found is None:
        return _not_a_number(raw, "金额", "an amount", "5万元、1500元")
    number, unit = found
    rule = "unit_of_cell" if unit else "unit_of_header" if context.unit else "as_written"
    unit = unit or (context.unit if context.unit.endswith("元") else "元")
    if unit == "百万元":
        number, unit = number * 100, "万元"
    parsed = parse_value(f"{number:f}{unit}", field.type, context.schema)
    if isinstance(parsed, Refusal):
        return Reading(
            problem=parsed.reason, hint=Text("写成 5万元、1500元", "write 50000 yuan or 1500 yuan")
        )
    return Reading(parsed, rule)


def _read_months(raw: Cell, field: Field, context: Context) -> Reading:
    found = _amount(raw)
    unit = (found[1] if found else "") or context.unit
    if found is None or unit not in ("", *_MONTHS_PER):
        return _not_a_number(raw, "期限", "a term", "36个月、3年")
    months = found[0] * _MONTHS_PER.get(unit, 1)
    if months != months.to_integral_value():
        return _not_a_number(raw, "整月", "whole months", "36个月、3年")
    if not unit:
        doubt = Text("没有写明单位是年还是月", "it does not say whether years or months are meant")
        return Reading(problem=doubt, hint=Text("在表头或单元格写明（年）或（月）", "state years or months"))
    parsed = parse_value(int(months), field.type, context.schema)
    if isinstance(parsed, Refusal):
        return Reading(problem=parsed.reason)
    return Reading(parsed, "unit_of_cell" if found[1] else "unit_of_header")


def _read_boolean(raw: Cell, field: Field, context: Context) -> Reading:
    if isinstance(raw, bool):
        return Reading(raw)
    text = as_text(raw)
    plain = re.sub(r"[\s。.]+", "", _clean(text))
    title = field.title.zh.removeprefix("是否")
    for word, value in (
        (title, True),
        (f"非{title}", False),
        (f"不{title}", False),
        ("在编", True),
        ("不在编", False),
    ):
        if plain == word:
            return Reading(value, "cleaned")
    parsed = parse_value(plain, field.type, context.schema)
    if isinstance(parsed, Refusal):
        return Reading(problem=parsed.reason, hint=Text("写是或否", "write 是 or 否"))
    return Reading(parsed, "as_written" if plain == raw else "cleaned")


def _find_level(word: str, scale: Scale) -> tuple[str, str] | None:
    """(code, rule) of a level, first as written, then without blanks, brackets and 毕业、学历、学位 …"""
    level = scale.find(word)
    if level:
        return level.code, "level"
    plain = re.sub(r"\s+", "", _clean(word))
    bare = re.sub(r"[(（\[【].*?[)）\]】]", "", plain)
    for form in (plain, bare, bare.rstrip("。.、,"), bare.strip("\"'“”‘’")):
        level = scale.find(form)
        if level:
            return level.code, "level_cleaned"
    return None


def _unknown_level(word: str, scale: Scale) -> Reading:
    near = nearest_level(_clean(word), scale)
    message = Text(
        f"“{word}”不在“{scale.title.zh}”代码表中",
        f"“{word}” is not in the list “{scale.title.in_language('en')}”",
    )
    if near:
        return Reading(problem=message, hint=Text(f"是否指“{near}”", f"is “{near}” meant?"))
    some = "、".join(level.title.zh for level in list(scale.levels.values())[:6])
    return Reading(problem=message, hint=Text(f"可写：{some}…", f"write one of: {some}…"))


def _read_level(raw: Cell, field: Field, context: Context) -> Reading:
    scale, text = context.schema.scale_of(field.type), as_text(raw)
    found = _find_level(text, scale)
    return Reading(found[0], found[1]) if found else _unknown_level(text, scale)


def _read_levels(raw: Cell, field: Field, context: Context) -> Reading:
    scale, text = context.schema.scale_of(field.type), as_text(raw)
    whole = _find_level(text, scale)
    if whole:
        return Reading([whole[0]], whole[1])
    if _clean(text) in ("无", "否"):
        return Reading(rule="empty")
    if _clean(text) == "是":
        return _level_of_header(field, context)
    words = [word for word in re.split(r"[、,，;；/|\n和及]+", _clean(text)) if word.strip()]
    codes = [(_find_level(word, scale), word) for word in words]
    unknown = next((word for found, word in codes if not found), None)
    if unknown is not None:
        return _unknown_level(unknown, scale)
    return Reading(sorted({found[0] for found, _word in codes if found}), "level_cleaned")


def _level_of_header(field: Field, context: Context) -> Reading:
    """是 under 是否双一流 means the level that the header names."""
    header, levels = plain_header(context.header), context.schema.scale_of(field.type).levels.values()
    named = [
        level.code for level in levels if any(w in header for w in (level.title.zh, *level.aliases) if w)
    ]
    if len(named) == 1:
        return Reading(named, "level_of_header")
    message = Text("“是”没有说明是哪一项", "“yes” does not say which one")
    example = "、".join(level.title.zh for level in list(levels)[:3])
    return Reading(problem=message, hint=Text(f"写明名称，如 {example}", f"write the name, e.g. {example}"))


def _read_organisation(raw: Cell, _field: Field, context: Context) -> Reading:
    text = _clean(as_text(raw))
    code = context.organisations.find(text)
    if code:
        return Reading(code, "organisation")
    near = context.organisations.suggest(text)
    hint = (
        Text(f"是否指“{near}”；或先登记这个单位", f"is “{near}” meant? Else register the organisation first")
        if near
        else Text(
            "先登记这个单位，或写登记过的名称",
            "register the organisation first, or write its registered name",
        )
    )
    message = Text(f"单位“{text}”没有登记", f"the organisation “{text}” is not registered")
    return Reading(problem=message, hint=hint, reason="employer_unknown")


def _read_amounts(raw: Cell, field: Field, context: Context) -> Reading:
    return Reading(problem=Text("这个字段不能从表格导入", "this field cannot be imported"))


_READERS: dict[Kind, Callable[[Cell, Field, Context], Reading]] = {
    Kind.TEXT: _read_text,
    Kind.INTEGER: _read_integer,
    Kind.MONEY: _read_money,
    Kind.MONTHS: _read_months,
    Kind.DATE: _read_day_field,
    Kind.BOOLEAN: _read_boolean,
    Kind.LEVEL: _read_level,
    Kind.LEVELS: _read_levels,
    Kind.ORGANISATION: _read_organisation,
    Kind.AMOUNTS: _read_amounts,
}
