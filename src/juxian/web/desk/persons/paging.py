"""Turning the pages of a long list by the last row seen (键集翻页): every page costs the same.

The address holds the number of a person, never a name or a date, so that it says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.persons.models import Person
from juxian.apps.persons.narrowing import Narrowed

COUNT_LIMIT = 10_000
DEFAULT_SIZE, LARGEST_SIZE = 20, 100


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list; rows without a value stand last, rows of one value by record.

    record: the path of a person's number in the index of this order. optional: some have no value.
    """

    title: str | Promise
    field: str
    descending: bool
    record: str = "pk"
    optional: bool = False


NEWEST = Sort(_("最新建档"), "pk", True)
SORTS: dict[str, Sort] = {
    "newest": NEWEST,
    "introduced": Sort(
        _("引进日期，新的在前"), "profile__introduced_on", True, "profile__person_id", optional=True
    ),
    "name": Sort(_("姓名拼音"), "name_key", False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and whether there are rows before and after them."""

    rows: list[Person]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are; ``more`` when counting stopped at the limit."""

    number: int
    more: bool


def bounded_count(people: QuerySet[Person]) -> Total:
    """Count up to ``COUNT_LIMIT``: a register of a million costs no more than one of ten thousand."""
    number = people.order_by()[: COUNT_LIMIT + 1].count()
    return Total(min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def total_of(found: Narrowed, at_least: int = 0) -> Total:
    """How many were found, up to ``COUNT_LIMIT`` and in as many rows as are looked at; ``at_least``: so many were shown."""
    counted = bounded_count(found.counted)
    return counted if found.whole else Total(max(counted.number, at_least), more=True)


def page_of(
    people: QuerySet[Person], sort: Sort, size: int, after: str = "", before: str = "", record: str = "pk"
) -> Page:
    """The page of persons with a profile that follows the one numbered ``after``, or ends before ``before``; else the first.

    A number that is not in the register starts at the first page. record: the path of a person's number along the index
    that the newest are read from; the rows are the same by any of them.
    """
    if sort == NEWEST:
        sort = replace(sort, field=record, record=record)
    place = _place_of(people, sort, after or before)
    backwards = bool(before and not after and place)
    rows: list[Person] = []
    for part in _parts(people, sort, place, backwards=backwards):
        rows += part[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    found_more, rows = len(rows) > size, rows[:size]
    if backwards:
        return Page(rows[::-1], has_previous=found_more, has_next=True)
    return Page(rows, has_previous=place is not None, has_next=found_more)


def _place_of(people: QuerySet[Person], sort: Sort, number: str) -> tuple[Any, int] | None:
    """(value, key) of a person in an order; in the order of records the key is the value."""
    if not number:
        return None
    home = people.model.objects.filter(number=number)
    field = "pk" if sort.field == sort.record else sort.field
    return home.order_by().values_list(field, "pk").first()


def _parts(
    people: QuerySet[Person], sort: Sort, place: tuple[Any, int] | None, *, backwards: bool
) -> Iterator[QuerySet[Person]]:
    """Rows with a value, then those without, each in the order of an index; from the place on where there is one."""
    sign, step = ("-", "lt") if sort.descending != backwards else ("", "gt")
    if sort.field == sort.record:
        if place:  # said of every table: PostgreSQL, which merges them, would read each from its end
            paths = {sort.record, "pk", "profile__person_id"}
            people = people.filter(**{f"{path}__{step}": place[1] for path in paths})
        yield people.order_by(f"{sign}{sort.record}")
        return
    known = people.order_by(f"{sign}{sort.field}", f"{sign}{sort.record}")
    unknown = people.filter(**{f"{sort.field}__isnull": True}).order_by(f"{sign}{sort.record}")
    if sort.optional:
        known = known.filter(**{f"{sort.field}__isnull": False})
    elif not place:
        known = known.filter(
            **{f"{sort.field}__gte": ""}
        )  # a range: SQLite reads the index instead of sorting
    if place and place[0] is None:
        unknown = unknown.filter(**{f"{sort.record}__{step}": place[1]})
        yield from (unknown, known) if backwards else (unknown,)
        return
    if place:
        value, key = place
        further = Q(**{f"{sort.field}__{step}": value}) | Q(**{f"{sort.record}__{step}": key})
        known = known.filter(further, **{f"{sort.field}__{step}e": value})
    yield known
    if sort.optional and not backwards:
        yield unknown
