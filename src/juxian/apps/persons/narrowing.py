"""Several conditions at once, of which the rarest leads (多个条件取少者先行).

A term of the search and a value of a field are each a list of persons, which an index keeps in the order of the persons.
The shortest list is walked from its newest person, and each other condition is one look into its own index; what is rare
is not sought among what is common, nor the other way round.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Count, Exists, F, FilteredRelation, Min, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from juxian.apps.persons.models import Person, Profile, SearchTerm
from juxian.apps.sets import table_of

Row = TypeVar("Row", bound=Model)
# persons of a list that are looked at: to tell how long it is, and to count what it leads to
WEIGHED = 12_000


@dataclass(frozen=True, slots=True)
class OfTerm:
    """Persons with a term of the search."""

    term: str

    def rows(self) -> QuerySet[SearchTerm]:
        return SearchTerm.objects.filter(term=self.term)

    def holds(self, last: int = 0) -> Exists:
        """Whether the person of the outer query has it, and is not before ``last``."""
        return Exists(_from(self.rows().filter(person=OuterRef("pk")), "person_id", last))

    def lead(self, people: QuerySet[Person]) -> tuple[QuerySet[Person], str]:
        """``people`` found along the list, and the name of their numbers in it."""
        people = people.alias(hit=FilteredRelation("terms", condition=Q(terms__term=self.term)))
        people = people.filter(hit__term=self.term)
        # a name of its own, since a filter of ``hit__person`` would join the terms once more
        return people.alias(hit_person=F("hit__person_id")), "hit_person"


@dataclass(frozen=True, slots=True)
class OfValues:
    """Persons of a jurisdiction whose profile has values, pairs of a lookup and what it asks; one index holds them all."""

    home: int
    values: tuple[tuple[str, Any], ...]

    def rows(self) -> QuerySet[Profile]:
        return Profile.objects.filter(home=self.home, **dict(self.values))

    def holds(self, last: int = 0) -> Exists:
        """As ``OfTerm.holds``."""
        if connection.vendor == "sqlite":
            # asked for by its key, a profile is read whole; a range of one is read in the index of the values
            return Exists(self.rows().filter(person__gte=OuterRef("pk"), person__lte=OuterRef("pk")))
        return Exists(_from(self.rows().filter(person=OuterRef("pk")), "person_id", last))

    def lead(self, people: QuerySet[Person]) -> tuple[QuerySet[Person], str]:
        """As ``OfTerm.lead``."""
        wanted = {f"profile__{lookup}": value for lookup, value in self.values}
        return people.filter(profile__home=self.home, **wanted), "profile__person_id"


@dataclass(eq=False)
class OfRows:
    """Persons of a jurisdiction, found in an order that is not theirs. found: rows of persons, or of profiles."""

    home: int
    found: QuerySet[Any]

    @cached_property
    def first(self) -> list[int]:
        """Any ``WEIGHED`` of them, all where there are fewer; kept, since no index may tell who they are."""
        return list(self.found.order_by().values_list("pk", flat=True)[:WEIGHED])

    def holds(self, last: int = 0) -> Exists:
        """As ``OfTerm.holds``."""
        return Exists(_from(self.found.filter(pk=OuterRef("pk")), "pk", last))

    def lead(self, people: QuerySet[Person]) -> tuple[QuerySet[Person], str]:
        """As ``OfTerm.lead``, of a list that was looked at to its end."""
        named = RawSQL(*table_of({"id": "bigint"}, [[pk] for pk in self.first]))  # noqa: S611  # our own names, one parameter
        return people.filter(pk__in=named), "pk"


Listed = OfTerm | OfValues | OfRows


def _from(rows: QuerySet[Row], person: str, last: int) -> QuerySet[Row]:
    return rows.filter(**{f"{person}__gte": last}) if last else rows


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Persons who meet every condition. record: the path of a person's number along the list that leads, or ``pk``.

    counted: those of them among the persons that were looked at. whole: that is all of them.
    """

    people: QuerySet[Person]
    record: str
    counted: QuerySet[Person]
    whole: bool


def narrowed(people: QuerySet[Person], lists: Sequence[Listed], *, along: bool) -> Narrowed:
    """The persons among ``people`` who stand in every list; a query for each of several tells which is shortest.

    along: they are wanted in the order of the lists. If not, a long list does not lead: the index of another order is
    walked, where most who are met have what is common.
    """
    if not lists:
        return Narrowed(people, "pk", people, whole=True)
    if along and len(lists) == 1 and not isinstance(lists[0], OfRows):
        led, record = lists[0].lead(people)
        return Narrowed(led, record, led, whole=True)
    weights = {one: _weight(one) for one in lists}
    first, *others = sorted(weights, key=weights.__getitem__)
    number, last = weights[first]
    whole = number < WEIGHED
    if isinstance(first, OfRows) and not whole:
        last = _last_looked_at(first.home)
        counted = _holding(people.filter(pk__gte=last), lists, last)
        return Narrowed(_holding(people, lists), "pk", counted, whole)
    led, record = first.lead(people)
    if whole:
        found = _holding(led, others)
        return Narrowed(found, record, found, whole)
    bounded = led.filter(**{f"{record}__gte": last})
    if connection.vendor == "postgresql":  # it merges what it joins, and would read all persons
        bounded = bounded.filter(pk__gte=last)
    counted = _holding(bounded, others, last)
    if not along:
        return Narrowed(_holding(people, lists), "pk", counted, whole)
    return Narrowed(_holding(led, others), record, counted, whole)


def _holding(people: QuerySet[Person], lists: Iterable[Listed], last: int = 0) -> QuerySet[Person]:
    """last: no person before it is wanted; said of each list, so that none is read further by a database that merges them."""
    return people.filter(*(one.holds(last) for one in lists))


def _weight(one: Listed) -> tuple[int, int]:
    """(how many, the last of them), of the first ``WEIGHED``: of two longer lists the rarer one reaches further back. One that
    is long and in another order comes last.
    """
    if isinstance(one, OfRows):
        number = len(one.first)
        return number, sys.maxsize if number == WEIGHED else 0
    newest = one.rows().order_by("-person_id").values("person_id")[:WEIGHED]
    found = newest.aggregate(number=Count("person_id"), last=Min("person_id"))
    return found["number"], found["last"] or 0


def _last_looked_at(home: int) -> int:
    """The last of the newest ``WEIGHED`` persons of a jurisdiction."""
    newest = Person.objects.filter(home=home).order_by("-pk").values_list("pk", flat=True)
    return newest[WEIGHED - 1 : WEIGHED].first() or 0
