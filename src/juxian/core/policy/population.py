"""A frame of profiles, checked and made ready for the engines (人口表).

One row for a person, one column for a profile field (English name), null = unknown. Levels come as codes, dates as Date or
ISO text, sets of levels as lists, amounts as a struct or JSON text. Columns that no rule reads are left alone.

Problems: S101 a column is missing (a warning: all unknown) · S102 type of a column · S103 a value outside the scale ·
S104 not a date · S105 out of range · S106 not JSON · S107 a cell of a CSV that does not suit its column · S108 a column that no rule
can read (a warning).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from juxian.core.facts.schema import Kind, ProfileField, Scale, Schema
from juxian.core.policy.bounds import FIELD_LIMITS
from juxian.core.policy.names import close_words
from juxian.core.policy.nodes import RECEIVED
from juxian.core.policy.scales import ranked
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

PERSON_COLUMNS = ("person", "number", "id")
_COUNTED = (Kind.INTEGER, Kind.MONEY, Kind.MONTHS)


@dataclass(frozen=True)
class Population:
    """Checked columns: ``frame`` holds ``person`` and every field that is read, levels as small ranks.

    ``received`` is True where anything is known of benefits received, and ``received=<name>`` the fen received under a name.
    """

    frame: pl.DataFrame
    schema: Schema
    problems: tuple[Problem, ...]


def population(
    frame: pl.DataFrame, fields: Iterable[str], names: Iterable[str], schema: Schema
) -> Population:
    """Check and prepare the columns for ``fields``; ``names`` are names of benefits that a rule looks up as received."""
    problems: list[Problem] = []
    columns = [_person(frame)]
    for name in dict.fromkeys(fields):
        field = schema.profile[name]
        if name not in frame.columns:
            problems.append(_missing(field))
            columns += _absent(field, names, frame.height)
        else:
            columns += _prepared(frame[name], field, names, schema, problems)
    return Population(pl.DataFrame(columns), schema, tuple(problems))


def read_csv(path: Path, schema: Schema) -> pl.DataFrame:
    """A population in CSV (UTF-8), columns turned into the types of the profile; an empty cell is unknown.

    Yes and no are true/false, 1/0 or 是/否; sets of levels are joined by ``;``, amounts are JSON. Raises ``Rejected``.
    """
    frame = pl.read_csv(path, infer_schema=False)
    problems: list[Problem] = []
    columns = [
        _from_text(column, schema.profile.get(column.name), problems) for column in frame.get_columns()
    ]
    if problems:
        raise Rejected(problems)
    return pl.DataFrame(columns)


def _from_text(column: pl.Series, field: ProfileField | None, problems: list[Problem]) -> pl.Series:
    kind = field.type.kind if field else None
    if field is None or kind in (Kind.TEXT, Kind.ORGANISATION, Kind.LEVEL, Kind.DATE, Kind.AMOUNTS):
        return column
    if kind is Kind.LEVELS:
        return column.str.split(";")
    if kind is Kind.BOOLEAN:
        read = column.replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
    else:
        read = column.cast(pl.Int64, strict=False)
    _first_bad(column, read, field, "S107", Text("不适合这一列", "does not suit the column"), problems)
    return read


_YES_NO = {
    "true": True,
    "1": True,
    "是": True,
    "True": True,
    "false": False,
    "0": False,
    "否": False,
    "False": False,
}


def canonical_rows(frame: pl.DataFrame, fields: Iterable[str], schema: Schema) -> Iterator[dict[str, Any]]:
    """The same frame as rows for the reference evaluator, in the same order."""
    wanted = [name for name in dict.fromkeys(fields) if name in frame.columns]
    kinds = {name: schema.profile[name].type.kind for name in wanted}
    if not wanted:
        yield from ({} for _ in range(frame.height))
        return
    for values in frame.select(wanted).iter_rows(named=True):
        row: dict[str, Any] = {}
        for name, value in values.items():
            if value is None:
                continue
            if kinds[name] is Kind.AMOUNTS:
                found = json.loads(value) if isinstance(value, str) else value
                row[name] = {key: fen for key, fen in found.items() if fen is not None}
            else:
                row[name] = value
        yield row


def strange_columns(frame: pl.DataFrame, schema: Schema) -> list[Problem]:
    """S108 for each column that is neither the person nor a stored field of the profile."""
    stored = [name for name, field in schema.profile.items() if not field.years_since]
    found = []
    for name in frame.columns:
        if name in stored or name in PERSON_COLUMNS:
            continue
        field = schema.find_field(name)
        why = Text("不是画像字段的英文名", "is not the English name of a profile field")
        hint = None
        if field is not None and field.years_since:
            why = Text(f"由 {field.years_since} 计算", f"is worked out from {field.years_since}")
        elif field is not None:
            hint = Text(f"写 {field.name}", f"write {field.name}")
        elif close := close_words(name, stored):
            hint = Text("是否想写：" + "、".join(close), "did you mean " + ", ".join(close))
        words = Text(f"列 {name} {why.zh}，没有读取", f"column {name} {why.en}; it was not read")
        found.append(Problem("S108", words, hint=hint, severity="warning"))
    return found


def _person(frame: pl.DataFrame) -> pl.Series:
    for name in PERSON_COLUMNS:
        if name in frame.columns:
            return frame[name].alias("person")
    return pl.Series("person", range(1, frame.height + 1), dtype=pl.Int64)


def _missing(field: ProfileField) -> Problem:
    return Problem(
        "S101",
        Text(
            f"没有列 {field.name}（{field.title.zh}），按未知处理",
            f"there is no column {field.name}; it is taken as unknown",
        ),
        severity="warning",
    )


def _absent(field: ProfileField, names: Iterable[str], height: int) -> list[pl.Series]:
    dtype = _DTYPES[field.type.kind]
    found = [pl.Series(field.name, [None], dtype=dtype).new_from_index(0, height)]
    if field.type.kind is Kind.AMOUNTS:
        found += [
            pl.Series(f"{RECEIVED}={name}", [None], dtype=pl.Int64).new_from_index(0, height)
            for name in names
        ]
    return found


def _prepared(
    column: pl.Series, field: ProfileField, names: Iterable[str], schema: Schema, problems: list[Problem]
) -> list[pl.Series]:
    kind = field.type.kind
    if column.dtype == pl.Null:
        return _absent(field, names, column.len())
    if kind is Kind.LEVEL:
        return _level(column, field, schema.scale_of(field.type), problems)
    if kind is Kind.LEVELS:
        return _levels(column, field, schema.scale_of(field.type), problems)
    if kind is Kind.DATE:
        return _date(column, field, problems)
    if kind in _COUNTED:
        return _counted(column, field, problems)
    if kind is Kind.AMOUNTS:
        return _amounts(column, field, names, problems)
    wanted = pl.Boolean if kind is Kind.BOOLEAN else pl.String
    if column.dtype != wanted and not (wanted == pl.String and column.dtype in (pl.Categorical, pl.Enum)):
        return _wrong_type(column, field, problems)
    return [column.cast(wanted)]


def _wrong_type(column: pl.Series, field: ProfileField, problems: list[Problem]) -> list[pl.Series]:
    place = column.is_not_null().arg_max() or 0
    value = str(column[place])[:60] if column.len() else ""
    problems.append(
        Problem(
            "S102",
            Text(
                f"列 {field.name} 的类型是 {column.dtype}，不适合“{field.title.zh}”（{field.type}），如第 {place + 1} 行“{value}”",
                f"column {field.name} is of type {column.dtype}; it should hold {field.type}: row {place + 1} is “{value}”",
            ),
        )
    )
    return _absent(field, (), column.len())


def _first_bad(
    column: pl.Series, good: pl.Series, field: ProfileField, code: str, what: Text, problems: list[Problem]
) -> None:
    """Tell the first value of ``column`` that became null in ``good``."""
    bad = column.is_not_null() & good.is_null()
    count = bad.sum()
    if count:
        place = bad.arg_max() or 0
        value = str(column[place])[:60]
        problems.append(
            Problem(
                code,
                Text(
                    f"列 {field.name} 第 {place + 1} 行“{value}”{what.zh}（共 {count} 行）",
                    f"column {field.name}, row {place + 1}: “{value}” {what.en} ({count} rows)",
                ),
            )
        )


def _level(column: pl.Series, field: ProfileField, scale: Scale, problems: list[Problem]) -> list[pl.Series]:
    if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return _wrong_type(column, field, problems)
    codes = column.cast(pl.Enum(ranked(scale)), strict=False)
    what = Text(f"不是“{scale.title.zh}”的代码", f"is not a code of {scale.code}")
    _first_bad(column, codes, field, "S103", what, problems)
    physical = codes.to_physical()
    return [physical.cast(pl.Int8 if len(scale.levels) < 127 else pl.Int16).alias(field.name)]


def _levels(column: pl.Series, field: ProfileField, scale: Scale, problems: list[Problem]) -> list[pl.Series]:
    if column.dtype != pl.List(pl.String):
        if isinstance(column.dtype, pl.List) and column.dtype.inner == pl.Null:
            return [column.cast(pl.List(pl.String))]
        return _wrong_type(column, field, problems)
    strange = set(column.explode().unique().drop_nulls()) - set(scale.levels)
    if strange:
        first = sorted(strange)[0]
        place = column.list.contains(first).arg_max() or 0
        problems.append(
            Problem(
                "S103",
                Text(
                    f"列 {field.name} 第 {place + 1} 行“{first}”不是“{scale.title.zh}”的代码",
                    f"column {field.name}, row {place + 1}: “{first}” is not a code of {scale.code}",
                ),
            )
        )
    return [column]


def _date(column: pl.Series, field: ProfileField, problems: list[Problem]) -> list[pl.Series]:
    if column.dtype == pl.Date:
        return [column]
    if column.dtype != pl.String:
        return _wrong_type(column, field, problems)
    days = column.str.to_date("%Y-%m-%d", strict=False)
    _first_bad(
        column,
        days,
        field,
        "S104",
        Text("不是日期（应为 2022-01-31）", "is not a date such as 2022-01-31"),
        problems,
    )
    return [days]


def _counted(column: pl.Series, field: ProfileField, problems: list[Problem]) -> list[pl.Series]:
    if not column.dtype.is_integer():
        return _wrong_type(column, field, problems)
    if column.dtype in (pl.UInt64, pl.Int128):
        narrowed = column.cast(pl.Int64, strict=False)
        _first_bad(column, narrowed, field, "S105", Text("过大", "is too large"), problems)
        column = narrowed
    limit = FIELD_LIMITS[field.type.kind]
    highest, lowest = column.max(), column.min()
    if isinstance(highest, int) and isinstance(lowest, int) and (highest > limit or lowest < -limit):
        kept = column.to_frame().select(
            pl.when(pl.col(column.name).is_between(-limit, limit)).then(pl.col(column.name))
        )
        _first_bad(column, kept.to_series(), field, "S105", Text("超出范围", "is out of range"), problems)
    return [column]


def _amounts(
    column: pl.Series, field: ProfileField, names: Iterable[str], problems: list[Problem]
) -> list[pl.Series]:
    names = list(names)
    known = column.is_not_null()
    if column.dtype == pl.String:
        shape = pl.Struct(dict.fromkeys([*names, ""], pl.Int64))
        try:
            column = column.str.json_decode(shape)
        except pl.exceptions.ComputeError:
            problems.append(_no_json(column, field))
            return _absent(field, names, column.len())
    if not isinstance(column.dtype, pl.Struct):
        return _wrong_type(column, field, problems)
    inside = {item.name for item in column.dtype.fields}
    found = [pl.Series(field.name, known.to_frame().select(pl.when(pl.first()).then(True)).to_series())]
    for name in names:
        fen = (
            column.struct.field(name)
            if name in inside
            else pl.Series([None], dtype=pl.Int64).new_from_index(0, len(known))
        )
        found.append(fen.cast(pl.Int64).alias(f"{RECEIVED}={name}"))
    return found


def _is_amounts(value: str | None) -> bool:
    try:
        return value is None or isinstance(json.loads(value), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def _no_json(column: pl.Series, field: ProfileField) -> Problem:
    place, value = next(
        ((place, value) for place, value in enumerate(column.to_list()) if not _is_amounts(value)), (0, "")
    )
    return Problem(
        "S106",
        Text(
            f"列 {field.name} 第 {place + 1} 行“{str(value)[:60]}”不是“待遇: 分”的 JSON",
            f"column {field.name}, row {place + 1}: “{str(value)[:60]}” is not JSON of benefit: fen",
        ),
    )


_DTYPES: Mapping[Kind, Any] = {
    Kind.TEXT: pl.String, Kind.ORGANISATION: pl.String, Kind.INTEGER: pl.Int64, Kind.MONEY: pl.Int64, Kind.MONTHS: pl.Int64,
    Kind.DATE: pl.Date, Kind.BOOLEAN: pl.Boolean, Kind.LEVEL: pl.Int8, Kind.LEVELS: pl.List(pl.String), Kind.AMOUNTS: pl.Boolean,
}  # fmt: skip
