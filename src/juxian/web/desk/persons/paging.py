"""Turning the pages of a long list by the last row seen (键集翻页): every page costs the same.

The address holds the number of a person, never a name or a date, so that it says nothing about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.persons.models import Person
from juxian.apps.persons.narrowing import Narrowed

COUNT_LIMIT = 10_000
DEFAULT_SIZE, LARGEST_SIZE = 20, 100


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list; rows without a value stand last, rows of one value by record."""

    title: str | Promise
    field: str
    descending: bool


NEWEST = Sort(_("最新建档"), "pk", True)
SORTS: dict[str, Sort] = {
    "newest": NEWEST,
    "introduced": Sort(_("引进日期，新的在前"), "profile__introduced_on", True),
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
    """The page that follows the person numbered ``after``, or ends before ``before``; else the first page.

    A number that is not in the register starts at the first page. record: the path of a person's number along the index
    that the newest are read from; the rows are the same by any of them.
    """
    place = _place_of(people, sort, after or before)
    backwards = bool(before and not after and place)
    if place:
        people = people.filter(_beyond(sort, *place, record=record, backwards=backwards))
    rows = list(people.order_by(*_order(sort, record=record, backwards=backwards))[: size + 1])
    found_more, rows = len(rows) > size, rows[:size]
    if backwards:
        return Page(rows[::-1], has_previous=found_more, has_next=True)
    return Page(rows, has_previous=place is not None, has_next=found_more)


def _place_of(people: QuerySet[Person], sort: Sort, number: str) -> tuple[Any, int] | None:
    if not number:
        return None
    home = people.model.objects.filter(number=number)
    return home.order_by().values_list(sort.field, "pk").first()


def _order(sort: Sort, *, record: str, backwards: bool) -> list[Any]:
    descending = sort.descending != backwards
    if sort == NEWEST:
        return [f"-{record}" if descending else record]
    field = F(sort.field)
    first = field.desc(nulls_first=backwards or None, nulls_last=not backwards or None)
    if not descending:
        first = field.asc(nulls_first=backwards or None, nulls_last=not backwards or None)
    return [first, "-pk" if descending else "pk"]


def _beyond(sort: Sort, value: Any, pk: int, *, record: str, backwards: bool) -> Q:
    """Rows that stand after (or, backwards, before) the place."""
    step = "lt" if sort.descending != backwards else "gt"
    if sort == NEWEST:
        return Q(**{f"{record}__{step}": pk})
    same, empty = Q(**{f"pk__{step}": pk}), Q(**{f"{sort.field}__isnull": True})
    if value is None:
        return (empty & same) | (~empty if backwards else Q(pk__in=[]))
    further = Q(**{f"{sort.field}__{step}": value}) | (Q(**{sort.field: value}) & same)
    return further if backwards else further | empty
