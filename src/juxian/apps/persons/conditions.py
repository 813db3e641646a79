"""The rule language as a filter of the database (条件转查询).

A clause becomes two filters, one for yes and one for no; what is recorded neither way matches none of them, so that
unknown stays unknown through ``not``. Lists, pools and indicators select with the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Literal

from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.lookups import Contains

from juxian.apps.persons.models import Profile
from juxian.apps.sealing import sealed_in_profile, sealed_in_some_fact
from juxian.core.dates import latest_start
from juxian.core.facts.schema import Schema
from juxian.core.policy import nodes as n
from juxian.core.policy.language import Expression
from juxian.core.text import Text

Table = Literal["profile", "fact", "organisation"]
NOTHING, EVERYTHING = Q(pk__in=[]), ~Q(pk__in=[])
_LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_OPPOSITE: dict[n.Relation, n.Relation] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED: dict[n.Relation, n.Relation] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class NotFilterable(ValueError):
    """The condition can be evaluated for one person, but not searched for in the database."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def as_filter(expression: Expression, schema: Schema, as_of: date, table: Table = "profile") -> Q:
    """The rows of ``table`` for which ``expression`` holds on ``as_of``. Raises ``NotFilterable``."""
    return _Lowering(schema, as_of, table).yes(expression.clause)


@dataclass(frozen=True, slots=True)
class _Lowering:
    schema: Schema
    as_of: date
    table: Table

    def yes(self, clause: n.Clause) -> Q:
        """Rows where the clause holds."""
        return self._lower(clause, wanted=True)

    def no(self, clause: n.Clause) -> Q:
        """Rows where the clause is known not to hold."""
        return self._lower(clause, wanted=False)

    def _lower(self, clause: n.Clause, *, wanted: bool) -> Q:
        match clause:
            case n.Constant(value):
                return EVERYTHING if value is wanted else NOTHING
            case n.Not(part):
                return self._lower(part, wanted=not wanted)
            case n.AllOf(parts):
                return reduce(and_ if wanted else or_, (self._lower(part, wanted=wanted) for part in parts))
            case n.AnyOf(parts):
                return reduce(or_ if wanted else and_, (self._lower(part, wanted=wanted) for part in parts))
            case n.LevelIs(field, scale, levels):
                return self._among(field, self._codes(scale, levels, wanted))
            case n.LevelCompare(field, scale, order, level):
                return self._among(field, self._codes(scale, self._ranked(scale, order, level), wanted))
            case n.LevelsCompare():
                return self._lower(clause.meaning, wanted=wanted)
            case n.TextIs(field, values):
                found = Q(**{f"{self.path(field)}__in": values})
                return found if wanted else self.known(field) & ~found
            case n.IsTrue(field):
                return Q(**{self.path(field): wanted})
            case n.HasAny(field, _, levels):
                return self._has_any(field, levels, wanted)
            case n.Received(benefit):
                found = Q(**{f"{self.path(n.RECEIVED)}__has_key": benefit})
                return found if wanted else self.known(n.RECEIVED) & ~found
            case n.Known(field):
                return self.known(field) if wanted else ~self.known(field)
            case n.OneOf(term, values):
                parts = tuple(n.Compare("==", term, value) for value in values)
                return self._lower(n.AnyOf(parts), wanted=wanted)
            case n.Compare(relation, left, right):
                return self._compare(relation if wanted else _OPPOSITE[relation], left, right)
            case n.Window():
                raise NotFilterable(Text("申报期限不能作为筛选条件", "a window of applying is no filter"))

    def path(self, field: str) -> str:
        """The lookup path of a field: a column where there is one, else a key of the JSON column."""
        if self.table == "fact":
            return f"value__{self._in_clear(field, sealed_in_some_fact())}"
        if self.table == "organisation" or field in Profile.COLUMNS:
            return field
        return f"values__{self._in_clear(field, sealed_in_profile())}"

    def _in_clear(self, field: str, sealed: Collection[str]) -> str:
        if field not in sealed:
            return field
        found = self.schema.profile.get(field)
        title = found.title if found else Text(field)
        raise NotFilterable(
            Text(
                f"“{title.zh}”是敏感信息，加密保存，数据库不能按它查找；可以写进政策的条件，逐人核对",
                f"{title.in_language('en')} is sensitive and encrypted, so the database cannot search by it; "
                "as a condition of a policy it is checked person by person",
            )
        )

    def known(self, field: str) -> Q:
        return Q(**{f"{self.path(field)}__isnull": False})

    def _among(self, field: str, codes: Sequence[str]) -> Q:
        return Q(**{f"{self.path(field)}__in": list(codes)})

    def _codes(self, scale: str, levels: Sequence[str], wanted: bool) -> list[str]:
        """``levels``, or all other levels of the scale: an unknown value is in neither list."""
        every = self.schema.scales[scale].levels
        return [code for code in every if (code in levels) is wanted]

    def _ranked(self, scale: str, order: n.Order, level: str) -> list[str]:
        levels = self.schema.scales[scale].levels
        rank = levels[level].rank
        tests = {
            "<": lambda x: x < rank,
            "<=": lambda x: x <= rank,
            ">": lambda x: x > rank,
            ">=": lambda x: x >= rank,
        }
        return [code for code, item in levels.items() if tests[order](item.rank)]

    def _has_any(self, field: str, levels: Sequence[str], wanted: bool) -> Q:
        array = KT(self.path(field))
        found = reduce(or_, (Q(Contains(array, f'"{level}"')) for level in levels), NOTHING)
        return found if wanted else self.known(field) & ~found

    def _compare(self, relation: n.Relation, left: n.Term, right: n.Term) -> Q:
        if isinstance(left, n.Number | n.Day):
            left, right, relation = right, left, _MIRRORED[relation]
        match left, right:
            case n.Elapsed(field, unit), n.Number(value):
                return self._elapsed(field, relation, value * 12 if unit == "years" else value, unit)
            case n.FieldValue(field), n.Number(value):
                return self._against(field, relation, value)
            case n.FieldValue(field), n.Day(day):
                is_column = self.table == "profile" and field in Profile.COLUMNS
                return self._against(field, relation, day if is_column else day.isoformat())
            case n.FieldValue(first), n.FieldValue(second) if self._are_columns(first, second):
                return self._against(first, relation, F(second))
        raise NotFilterable(
            Text(
                "列表中的条件只能把一个字段与一个固定值比较；更复杂的算式请写进政策",
                "in lists a condition compares one field with a fixed value; write richer arithmetic in a policy",
            )
        )

    def _are_columns(self, *fields: str) -> bool:
        return self.table == "profile" and set(fields) <= set(Profile.COLUMNS)

    def _against(self, field: str, relation: n.Relation, value: object) -> Q:
        path = self.path(field)
        if relation == "==":
            return Q(**{path: value})
        if relation == "!=":
            return self.known(field) & ~Q(**{path: value})
        return Q(**{f"{path}__{_LOOKUPS[relation]}": value})

    def _elapsed(self, field: str, relation: n.Relation, months: int, unit: n.Unit) -> Q:
        """A comparison of whole years or months, folded into one of dates."""
        step = 12 if unit == "years" else 1
        at_least, more = latest_start(self.as_of, months), latest_start(self.as_of, months + step)
        path = self.path(field)
        is_column = self.table == "profile" and field in Profile.COLUMNS
        low, high = (more, at_least) if is_column else (more.isoformat(), at_least.isoformat())
        tests = {
            ">=": Q(**{f"{path}__lte": high}),
            "<": Q(**{f"{path}__gt": high}),
            ">": Q(**{f"{path}__lte": low}),
            "<=": Q(**{f"{path}__gt": low}),
            "==": Q(**{f"{path}__lte": high, f"{path}__gt": low}),
            "!=": Q(**{f"{path}__gt": high}) | Q(**{f"{path}__lte": low}),
        }
        return tests[relation]
