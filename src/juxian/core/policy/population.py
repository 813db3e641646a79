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
from juxian.core.source import Problem, Rejected, Severity
from juxian.core.text import Text

PERSON_COLUMNS = ("person", "number", "id")
_COUNTED = (Kind.INTEGER, Kind.MONEY, Kind.MONTHS)


class Faults:
    """What is wrong with a population, told once for each code and column: the first row, and how many (人口表问题).

    Parts of one file are read one after another with the same faults; ``first_row`` is the place of a part's first row.
    """

    def __init__(self) -> None:
        self.first_row = 0
        self._found: dict[tuple[str, str], tuple[Text, int, Severity]] = {}

    def add(self, code: str, column: str, message: Text, rows: int = 0, severity: Severity = "error") -> None:
        """rows: how many are meant, 0 where the whole column is; a later one adds to the count and not to the words."""
        words, before, _severity = self._found.get((code, column), (message, 0, severity))
        self._found[code, column] = words, before + rows, severity

    def row(self, place: int) -> int:
        """The number of a row in the whole file, from 1."""
        return self.first_row + place + 1

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(
            Problem(code, _counting(words, rows), severity=severity)
            for (code, _column), (words, rows, severity) in self._found.items()
        )


def _counting(words: Text, rows: int) -> Text:
    return Text(f"{words.zh}（共 {rows} 行）", f"{words.en} ({rows} rows)") if rows else words


@dataclass(frozen=True)
class Population:
    """Checked columns: ``frame`` holds ``person`` and every field that is read, levels as small ranks.

    ``received`` is True where anything is known of benefits received, and ``received=<name>`` the fen received under a name.
    """

    frame: pl.DataFrame
    schema: Schema
    problems: tuple[Problem, ...]


def population(
    frame: pl.DataFrame,
    fields: Iterable[str],
    names: Iterable[str],
    schema: Schema,
    faults: Faults | None = None,
) -> Population:
    """Check and prepare the columns for ``fields``; ``names`` are names of benefits that a rule looks up as received.

    faults: of the parts before, which those of this part are added to.
    """
    faults = faults or Faults()
    columns = [_person(frame, faults.first_row)]
    for name in dict.fromkeys(fields):
        field = schema.profile[name]
        if name not in frame.columns:
            faults.add("S101", name, _missing(field), severity="warning")
            columns += _absent(field, names, frame.height)
        else:
            columns += _prepared(frame[name], field, names, schema, faults)
    return Population(pl.DataFrame(columns), schema, faults.problems)


def read_csv(path: Path, schema: Schema) -> pl.DataFrame:
    """A population in CSV (UTF-8), columns turned into the types of the profile; an empty cell is unknown.

    Yes and no are true/false, 1/0 or 是/否; sets of levels are joined by ``;``, amounts are JSON. Raises ``Rejected``.
    """
    faults = Faults()
    frame = from_texts(pl.read_csv(path, infer_schema=False), schema, faults)
    if faults.problems:
        raise Rejected(faults.problems)
    return frame


def from_texts(frame: pl.DataFrame, schema: Schema, faults: Faults) -> pl.DataFrame:
    """Columns of text, as a CSV has them, turned into the types of the profile; see ``read_csv``."""
    return pl.DataFrame(
        [_from_text(column, schema.profile.get(column.name), faults) for column in frame.get_columns()]
    )


def _from_text(column: pl.Series, field: ProfileField | None, faults: Faults) -> pl.Series:
    kind = field.type.kind if field else None
    if field is None or kind in (Kind.TEXT, Kind.ORGANISATION, Kind.LEVEL, Kind.DATE, Kind.AMOUNTS):
        return column
    if kind is Kind.LEVELS:
        return column.str.split(";")
    if kind is Kind.BOOLEAN:
        read = column.replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
    else:
        read = column.cast(pl.Int64, strict=False)
    _first_bad(column, read, field, "S107", Text("不适合这一列", "does not suit the column"), faults)
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


def _person(frame: pl.DataFrame, first_row: int) -> pl.Series:
    for name in PERSON_COLUMNS:
        if name in frame.columns:
            return frame[name].alias("person")
    return pl.Series("person", range(first_row + 1, first_row + frame.height + 1), dtype=pl.Int64)


def _missing(field: ProfileField) -> Text:
    return Text(
        f"没有列 {field.name}（{field.title.zh}），按未知处理",
        f"there is no column {field.name}; it is taken as unknown",
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
    column: pl.Series, field: ProfileField, names: Iterable[str], schema: Schema, faults: Faults
) -> list[pl.Series]:
    kind = field.type.kind
    if column.dtype == pl.Null:
        return _absent(field, names, column.len())
    if kind is Kind.LEVEL:
        return _level(column, field, schema.scale_of(field.type), faults)
    if kind is Kind.LEVELS:
        return _levels(column, field, schema.scale_of(field.type), faults)
    if kind is Kind.DATE:
        return _date(column, field, faults)
    if kind in _COUNTED:
        return _counted(column, field, faults)
    if kind is Kind.AMOUNTS:
        return _amounts(column, field, names, faults)
    wanted = pl.Boolean if kind is Kind.BOOLEAN else pl.String
    if column.dtype != wanted and not (wanted == pl.String and column.dtype in (pl.Categorical, pl.Enum)):
        return _wrong_type(column, field, faults)
    return [column.cast(wanted)]


def _wrong_type(column: pl.Series, field: ProfileField, faults: Faults) -> list[pl.Series]:
    place = column.is_not_null().arg_max() or 0
    value = str(column[place])[:60] if column.len() else ""
    row = faults.row(place)
    words = Text(
        f"列 {field.name} 的类型是 {column.dtype}，不适合“{field.title.zh}”（{field.type}），如第 {row} 行“{value}”",
        f"column {field.name} is of type {column.dtype}; it should hold {field.type}: row {row} is “{value}”",
    )
    faults.add("S102", field.name, words)
    return _absent(field, (), column.len())


def _first_bad(
    column: pl.Series, good: pl.Series, field: ProfileField, code: str, what: Text, faults: Faults
) -> None:
    """Tell the first value of ``column`` that became null in ``good``."""
    bad = column.is_not_null() & good.is_null()
    count = bad.sum()
    if count:
        place = bad.arg_max() or 0
        row, value = faults.row(place), str(column[place])[:60]
        words = Text(
            f"列 {field.name} 第 {row} 行“{value}”{what.zh}",
            f"column {field.name}, row {row}: “{value}” {what.en}",
        )
        faults.add(code, field.name, words, int(count))


def _level(column: pl.Series, field: ProfileField, scale: Scale, faults: Faults) -> list[pl.Series]:
    if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return _wrong_type(column, field, faults)
    codes = column.cast(pl.Enum(ranked(scale)), strict=False)
    what = Text(f"不是“{scale.title.zh}”的代码", f"is not a code of {scale.code}")
    _first_bad(column, codes, field, "S103", what, faults)
    physical = codes.to_physical()
    return [physical.cast(pl.Int8 if len(scale.levels) < 127 else pl.Int16).alias(field.name)]


def _levels(column: pl.Series, field: ProfileField, scale: Scale, faults: Faults) -> list[pl.Series]:
    if column.dtype != pl.List(pl.String):
        if isinstance(column.dtype, pl.List) and column.dtype.inner == pl.Null:
            return [column.cast(pl.List(pl.String))]
        return _wrong_type(column, field, faults)
    strange = set(column.explode().unique().drop_nulls()) - set(scale.levels)
    if strange:
        first = sorted(strange)[0]
        row = faults.row(column.list.contains(first).arg_max() or 0)
        words = Text(
            f"列 {field.name} 第 {row} 行“{first}”不是“{scale.title.zh}”的代码",
            f"column {field.name}, row {row}: “{first}” is not a code of {scale.code}",
        )
        faults.add("S103", field.name, words)
    return [column]


def _date(column: pl.Series, field: ProfileField, faults: Faults) -> list[pl.Series]:
    if column.dtype == pl.Date:
        return [column]
    if column.dtype != pl.String:
        return _wrong_type(column, field, faults)
    days = column.str.to_date("%Y-%m-%d", strict=False)
    _first_bad(
        column,
        days,
        field,
        "S104",
        Text("不是日期（应为 2022-01-31）", "is not a date such as 2022-01-31"),
        faults,
    )
    return [days]


def _counted(column: pl.Series, field: ProfileField, faults: Faults) -> list[pl.Series]:
    if not column.dtype.is_integer():
        return _wrong_type(column, field, faults)
    if column.dtype in (pl.UInt64, pl.Int128):
        narrowed = column.cast(pl.Int64, strict=False)
        _first_bad(column, narrowed, field, "S105", Text("过大", "is too large"), faults)
        column = narrowed
    limit = FIELD_LIMITS[field.type.kind]
    highest, lowest = column.max(), column.min()
    if isinstance(highest, int) and isinstance(lowest, int) and (highest > limit or lowest < -limit):
        kept = column.to_frame().select(
            pl.when(pl.col(column.name).is_between(-limit, limit)).then(pl.col(column.name))
        )
        _first_bad(column, kept.to_series(), field, "S105", Text("超出范围", "is out of range"), faults)
    return [column]


def _amounts(column: pl.Series, field: ProfileField, names: Iterable[str], faults: Faults) -> list[pl.Series]:
    names = list(names)
    known = column.is_not_null()
    if column.dtype == pl.String:
        shape = pl.Struct(dict.fromkeys([*names, ""], pl.Int64))
        try:
            column = column.str.json_decode(shape)
        except pl.exceptions.ComputeError:
            faults.add("S106", field.name, _no_json(column, field, faults))
            return _absent(field, names, column.len())
    if not isinstance(column.dtype, pl.Struct):
        return _wrong_type(column, field, faults)
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


def _no_json(column: pl.Series, field: ProfileField, faults: Faults) -> Text:
    place, value = next(
        ((place, value) for place, value in enumerate(column.to_list()) if not _is_amounts(value)), (0, "")
    )
    return Text(
        f"列 {field.name} 第 {faults.row(place)} 行“{str(value)[:60]}”不是“待遇: 分”的 JSON",
        f"column {field.name}, row {faults.row(place)}: “{str(value)[:60]}” is not JSON of benefit: fen",
    )


_DTYPES: Mapping[Kind, Any] = {
    Kind.TEXT: pl.String, Kind.ORGANISATION: pl.String, Kind.INTEGER: pl.Int64, Kind.MONEY: pl.Int64, Kind.MONTHS: pl.Int64,
    Kind.DATE: pl.Date, Kind.BOOLEAN: pl.Boolean, Kind.LEVEL: pl.Int8, Kind.LEVELS: pl.List(pl.String), Kind.AMOUNTS: pl.Boolean,
}  # fmt: skip
