"""Several conditions at once, of which the rarest leads (多个条件取少者先行).

A term of the search and a value of a field are each a list of persons, which an index keeps in the order of the persons.
The shortest list is walked from its newest person, and each other condition is one look into its own index; what is rare
is not sought among what is common, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, FilteredRelation, Min, OuterRef, Q, QuerySet

from juxian.apps.persons.models import Person, Profile, SearchTerm

WEIGHED = (
    20_000  # persons of a list that are looked at: to tell how long it is, and to count what it leads to
)


@dataclass(frozen=True, slots=True)
class OfTerm:
    """Persons with a term of the search."""

    term: str

    def rows(self) -> QuerySet[SearchTerm]:
        return SearchTerm.objects.filter(term=self.term)

    def holds(self) -> Exists:
        """Whether the person of the outer query has it."""
        return Exists(self.rows().filter(person=OuterRef("pk")))

    def lead(self, people: QuerySet[Person]) -> tuple[QuerySet[Person], str]:
        """``people`` found along the list, and the path of their numbers in it."""
        people = people.alias(hit=FilteredRelation("terms", condition=Q(terms__term=self.term)))
        return people.filter(hit__term=self.term), "hit__person_id"


@dataclass(frozen=True, slots=True)
class OfValues:
    """Persons of a jurisdiction with these values, pairs of column and value; one index of the profile holds them all."""

    home: int
    values: tuple[tuple[str, str], ...]

    def rows(self) -> QuerySet[Profile]:
        return Profile.objects.filter(home=self.home, **dict(self.values))

    def holds(self) -> Exists:
        """Whether the person of the outer query has them."""
        if connection.vendor == "sqlite":
            # asked for by its key, a profile is read whole; a range of one is read in the index of the columns
            return Exists(self.rows().filter(person__gte=OuterRef("pk"), person__lte=OuterRef("pk")))
        return Exists(self.rows().filter(person=OuterRef("pk")))

    def lead(self, people: QuerySet[Person]) -> tuple[QuerySet[Person], str]:
        """As ``OfTerm.lead``."""
        wanted = {f"profile__{column}": value for column, value in self.values}
        return people.filter(profile__home=self.home, **wanted), "profile__person_id"


Listed = OfTerm | OfValues


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Persons who meet every condition. record: the path of a person's number along the list that leads, or ``pk``.

    counted: those of them in the part of the leading list that was looked at. whole: that is all of them.
    """

    people: QuerySet[Person]
    record: str
    counted: QuerySet[Person]
    whole: bool


def narrowed(people: QuerySet[Person], lists: Sequence[Listed], *, along: bool) -> Narrowed:
    """The persons among ``people`` who stand in every list; a query for each of several lists tells which is shortest.

    along: they are wanted in the order of the lists. If not, a long list does not lead: the index of another order is
    walked, where most who are met have what is common.
    """
    if not lists:
        return Narrowed(people, "pk", people, whole=True)
    weights = {one: _weight(one) for one in lists} if len(lists) > 1 or not along else {lists[0]: (0, 0)}
    first, *others = sorted(weights, key=weights.__getitem__)
    number, last = weights[first]
    led, record = first.lead(people)
    led = _holding(led, others)
    whole = number < WEIGHED
    counted = led if whole else led.filter(**{f"{record}__gte": last})
    if whole or along:
        return Narrowed(led, record, counted, whole)
    return Narrowed(_holding(people, lists), "pk", counted, whole)


def _holding(people: QuerySet[Person], lists: Iterable[Listed]) -> QuerySet[Person]:
    return people.filter(*(one.holds() for one in lists))


def _weight(one: Listed) -> tuple[int, int]:
    """(how many, the last of them), of the newest ``WEIGHED``: of two longer lists the rarer one reaches further back."""
    newest = one.rows().order_by("-person_id").values("person_id")[:WEIGHED]
    found = newest.aggregate(number=Count("person_id"), last=Min("person_id"))
    return found["number"], found["last"] or 0
