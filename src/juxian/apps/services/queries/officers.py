"""Service officers of a place: whom they help, who stands in for whom (服务专员)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from juxian.apps.accounts.models import Post, User
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.models import Case, Cover, Officership
from juxian.apps.services.rules import HELPERS


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer with what they have. people: whose officer they are. cases: that run. turns are not counted."""

    user: User
    people: int
    cases: int


def may_be_named(home: Organisation, day: date) -> QuerySet[User]:
    """Who may be an officer: accounts in use with a post of the office or a department of the place, by name."""
    posts = (
        Post.objects.held_on(day)
        .filter(role__in=HELPERS)
        .filter(_below("organisation__path", home))
        .order_by()
    )
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("name", "pk")


def who_helps(home: Organisation, day: date) -> QuerySet[User]:
    """Who may be named, and who still has people or running cases of the place after leaving a post."""
    people = Officership.objects.standing().filter(person__home=home).order_by()
    cases = Case.objects.running().filter(home=home, officer__isnull=False).order_by()
    return User.objects.filter(
        Q(pk__in=may_be_named(home, day).order_by().values("pk"))
        | Q(pk__in=people.values("officer"))
        | Q(pk__in=cases.values("officer"))
    )


def officer_lines(home: Organisation, most: int) -> list[OfficerLine]:
    """Who helps somebody, most people first; three queries."""
    standing = Officership.objects.standing().filter(person__home=home).order_by()
    people = _counts(standing.values_list("officer").annotate(n=Count("pk")).order_by("-n", "officer")[:most])
    running = Case.objects.running().filter(home=home, officer__isnull=False).order_by()
    cases = _counts(running.values_list("officer").annotate(n=Count("pk")).order_by("-n", "officer")[:most])
    users = User.objects.in_bulk([*people, *cases])
    lines = [OfficerLine(user, people.get(pk, 0), cases.get(pk, 0)) for pk, user in users.items()]
    return sorted(lines, key=lambda line: (-line.people, -line.cases, line.user.pk))[:most]


def officer_of(person: Person) -> Officership | None:
    """Who is named for a person now."""
    return Officership.objects.standing().select_related("officer").filter(person=person).first()


def helped_people(officer: User, home: Organisation) -> QuerySet[Officership]:
    """Whose officer somebody is, oldest first."""
    standing = Officership.objects.standing().filter(officer=officer, person__home=home)
    return standing.select_related("person").order_by("pk")


def covers_of(home: Organisation, day: date) -> QuerySet[Cover]:
    """Periods of the place's people that go on or come."""
    absent = User.objects.filter(_below("posts__organisation__path", home)).order_by()
    found = Cover.objects.filter(until__gt=day, absent__in=absent.values("pk"))
    return found.select_related("absent", "stand_in").order_by("since", "pk")


def _below(field: str, home: Organisation) -> Q:
    return Q(**{field: home.path}) | Q(**{f"{field}__startswith": home.path + "/"})


def _counts(
    rows: QuerySet[Officership, tuple[int, int]] | QuerySet[Case, tuple[int, int]],
) -> Mapping[int, int]:
    return dict(rows)
