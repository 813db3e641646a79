"""Whatever leads, the same persons are found in the same order."""

from datetime import date
from itertools import combinations

import pytest

from juxian.apps.persons import narrowing
from juxian.apps.persons.actions import FactDraft, register_person
from juxian.apps.persons.models import Person, Profile, SearchTerm
from juxian.apps.persons.narrowing import OfRows, OfTerm, OfValues, narrowed
from juxian.web.desk.persons.paging import NEWEST, SORTS, page_of
from tests.factories import OrganisationFactory, SourceFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 7, 1)
PEOPLE = 14
DEGREES, LEVELS = ("master", "bachelor", "master", "doctor"), ("senior", "junior", "junior")


@pytest.fixture
def home(db):
    """Persons with degrees, levels, days of introduction and names that recur in steps of their own."""
    home = OrganisationFactory()
    for number in range(PEOPLE):
        name = "张王李"[number % 3] + "小大"[number % 2] + "明"
        facts = [FactDraft("identity", {"name": name}, DAY)]
        register_person(home=home, name=name, facts=facts, source=SourceFactory())
    for number, profile in enumerate(Profile.objects.order_by("pk")):
        profile.degree, profile.title_level = DEGREES[number % 4], LEVELS[number % 3]
        profile.introduced_on = date(2020, 1, 1 + number % 4) if number % 5 else None
        profile.complete = 500 + number % 2 * 500
        profile.save()
    return home


def conditions(home):
    """(list, who stands in it by a plain query), of every sort of list."""
    profiles = Profile.objects.filter(home=home)
    values = [
        (("degree", "master"),),
        (("title_level", "junior"),),
        (("degree", "doctor"), ("title_level", "senior")),
    ]
    return [
        *((OfTerm(term), set(SearchTerm.objects.filter(term=term).values_list("person", flat=True)))
          for term in ("张", "小明", "甯")),
        *((OfValues(home.pk, one), set(profiles.filter(**dict(one)).values_list("pk", flat=True))) for one in values),
        (OfRows(home.pk, profiles.filter(complete__lt=1000)),
         set(profiles.filter(complete__lt=1000).values_list("pk", flat=True))),
    ]  # fmt: skip


def pages(found, sort, size):
    """The numbers of all persons, page after page; and the same from the end, page before page."""
    seen, after = [], ""
    while True:
        page = page_of(found.people, sort, size, after=after, record=found.record)
        seen += [person.pk for person in page.rows]
        if not page.has_next:
            break
        after = page.rows[-1].number
    back, before = [person.pk for person in page.rows], page.rows[0].number if page.rows else ""
    while before and page.has_previous:
        page = page_of(found.people, sort, size, before=before, record=found.record)
        back = [person.pk for person in page.rows] + back
        before = page.rows[0].number if page.rows else ""
    return seen, back


@pytest.mark.parametrize("looked_at", [1, 3, 100])
@pytest.mark.parametrize("sort", SORTS)
def test_every_two_and_three_conditions_find_the_same_in_the_same_order(home, sort, looked_at, monkeypatch):
    monkeypatch.setattr(narrowing, "WEIGHED", looked_at)
    order, everybody = SORTS[sort], Person.objects.filter(profile__isnull=False)
    known = conditions(home)
    plain = pages(narrowed(everybody, [], along=True), order, PEOPLE)[0]

    for number in (1, 2, 3):
        for chosen in combinations(known, number):
            found = narrowed(everybody, [one for one, _who in chosen], along=order == NEWEST)
            wanted = [pk for pk in plain if all(pk in who for _one, who in chosen)]

            assert pages(found, order, 2) == (wanted, wanted), chosen
            counted = set(found.counted.values_list("pk", flat=True))
            assert counted == set(wanted) if found.whole else counted <= set(wanted), chosen


def test_the_rarer_of_two_lists_leads_though_both_are_longer_than_what_is_looked_at(home, monkeypatch):
    monkeypatch.setattr(narrowing, "WEIGHED", 2)
    common, rare = OfValues(home.pk, (("title_level", "junior"),)), OfTerm("张")

    for lists in ([common, rare], [rare, common]):
        assert narrowed(Person.objects.all(), lists, along=True).record == "hit_person"


def test_the_newest_persons_stand_in_the_order_of_their_records(home):
    everybody = narrowed(Person.objects.all(), [], along=True)

    assert pages(everybody, NEWEST, 3)[0] == sorted(Person.objects.values_list("pk", flat=True), reverse=True)
