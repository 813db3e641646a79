"""Questions that every request asks (常用查询): Django words each once for a process, not each time it is asked.

Half of what a short request costs is the wording of the same few statements. What comes back are objects like those of the
query set itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import query

_relations: Any = (
    query.get_related_populators
)  # no public name; a test holds that it gives what a query set gives

Row = TypeVar("Row", bound=models.Model)
MARK = 2_147_483_629  # stands in the statement where the number that is asked for comes


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement and how an object is made from a row: ``own`` columns of it, ``converters`` of single values, relations."""

    statement: str
    parameters: tuple[Any, ...]
    model: type[models.Model]
    own: slice
    names: list[str]
    converters: dict[int, Any]
    relations: list[Any]


class Worded(Generic[Row]):
    """``Worded(lambda number: Post.objects.filter(user_id=number))``, then called with the number of a user.

    make: the query set for one number; its shape depends on nothing else, so no day and no language stands in it. Without
    annotations and prefetching.
    """

    def __init__(self, make: Callable[[int], models.QuerySet[Row]]) -> None:
        self._make = make
        self._ready: dict[str, _Ready] = {}

    def __call__(self, number: int) -> list[Row]:
        ready = self._ready.get(connection.vendor) or self._ready.setdefault(
            connection.vendor, _worded(self._make(MARK))
        )
        with connection.cursor() as cursor:
            cursor.execute(
                ready.statement, [number if given == MARK else given for given in ready.parameters]
            )
            rows = cursor.fetchall()
        return [_object(ready, row) for row in rows]  # type: ignore[misc]  # of the query set's model


def _worded(asked: models.QuerySet[Any]) -> _Ready:
    compiler: Any = asked.query.get_compiler(connection=connection)
    statement, parameters = compiler.as_sql()
    fields = compiler.klass_info["select_fields"]
    own = slice(fields[0], fields[-1] + 1)
    return _Ready(
        statement,
        tuple(parameters),
        compiler.klass_info["model"],
        own,
        [column[0].target.attname for column in compiler.select[own]],
        compiler.get_converters([column[0] for column in compiler.select]),
        _relations(compiler.klass_info, compiler.select, connection.alias),
    )


def _object(ready: _Ready, row: tuple[Any, ...]) -> models.Model:
    values = list(row)
    for place, (converters, column) in ready.converters.items():
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    made = ready.model.from_db(connection.alias, ready.names, values[ready.own])
    for relation in ready.relations:
        relation.populate(values, made)
    return made
