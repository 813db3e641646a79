"""Who may apply, what is missing, and which place is shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.housing.actions.applying import apply_for_flat, renew_snapshot, withdraw_application
from juxian.apps.housing.actions.stock import close_unit, install_estates
from juxian.apps.housing.enums import ApplicationState
from juxian.apps.housing.models import Application, Ban, Estate, Item, Space, Unit
from juxian.apps.housing.queries.figures import stock_figure
from juxian.apps.housing.queries.stock import free_spaces, occupancy_of, totals_of
from juxian.apps.housing.queries.waiting import place_of, places_of, queue_of
from juxian.apps.housing.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.core.indicators.model import Stock
from tests.apps.housing.conftest import APPLIED, DAY, NewApplication, NewPerson
from tests.factories import SourceFactory
from tests.web.places import Place

ASKED = {"household_members": 2}


def test_the_flats_of_a_pack_are_installed_once(place: Place, estate: Estate) -> None:
    more = install_estates(book=place.pack.housing, home=place.root)
    again = install_estates(book=place.pack.housing, home=place.root)

    assert (more, again, Unit.objects.count(), Space.objects.count()) == (276, 0, 288, 288)
    assert totals_of(estate) == {
        "units": 288, "area_dm2": 288 * 5200, "furnishing_fen": 288 * 420_000, "sharers": 0,
    }  # fmt: skip
    assert Item.objects.filter(unit=Unit.objects.first()).count() == 6


def test_an_application_holds_a_place_with_its_points(new_application: NewApplication) -> None:
    made = new_application()

    assert (made.state, made.missing) == (ApplicationState.WAITING, [])
    place = place_of(made, DAY)
    assert place is not None
    assert (place.first, place.last, place.of, place.standing.points) == (1, 1, 1, 30 + 10 + 3)
    assert AuditEntry.objects.filter(action="housing.applied").count() == 1


def test_more_points_come_first_and_equal_points_share_a_range(new_application: NewApplication) -> None:
    first, second, third = (
        new_application("甲", "doctor"), new_application("乙"), new_application("丙"),
    )  # fmt: skip

    found = {one.standing.id: (one.first, one.last, one.of) for one in places_of(first.estate, DAY)}

    assert found == {str(first.pk): (1, 1, 3), str(second.pk): (2, 3, 3), str(third.pk): (2, 3, 3)}


def test_what_is_not_known_is_asked_for_and_never_refused(estate: Estate, new_person: NewPerson) -> None:
    person = new_person(facts=[FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1))])

    made = apply_for_flat(estate=estate, person=person, asked={}, day=APPLIED, by=None)

    assert (made.state, made.missing) == (ApplicationState.INCOMPLETE, ["home_owned", "household_members"])
    assert queue_of(estate, DAY).standings == ()


def test_a_fact_that_comes_later_gives_the_place_of_the_first_day(
    estate: Estate, new_person: NewPerson
) -> None:
    person = new_person(facts=[FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1))])
    made = apply_for_flat(estate=estate, person=person, asked=ASKED, day=APPLIED, by=None)
    known = FactDraft("home", {"owned": False}, date(2022, 5, 1))
    record_facts(person=person, facts=[known], source=SourceFactory(), by=None)

    renewed = renew_snapshot(application=made, day=DAY, by=None)

    assert (renewed.state, renewed.missing, renewed.applied_on) == (ApplicationState.WAITING, [], APPLIED)


def test_who_owns_a_home_is_refused_with_the_article(estate: Estate, new_person: NewPerson) -> None:
    owner = new_person(
        facts=[
            FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1)),
            FactDraft("home", {"owned": True}, date(2021, 9, 1)),
        ]
    )

    with pytest.raises(NotPossible, match="入住条件"):
        apply_for_flat(estate=estate, person=owner, asked=ASKED, day=APPLIED, by=None)

    assert Application.objects.count() == 0


def test_one_application_of_a_person_and_of_a_household(
    estate: Estate, new_application: NewApplication, new_person: NewPerson
) -> None:
    first = new_application()

    with pytest.raises(NotPossible, match="不能重复"):
        apply_for_flat(estate=estate, person=first.person, asked=ASKED, day=DAY, by=None)
    with pytest.raises(NotPossible, match="一户"):
        apply_for_flat(
            estate=estate, person=new_person("配偶"), spouse=first.person, asked=ASKED, day=DAY, by=None
        )


def test_the_database_keeps_one_live_application(new_application: NewApplication) -> None:
    first = new_application()

    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(
            estate=first.estate, person=first.person, applied_on=DAY, snapshot_on=DAY, state="waiting"
        )


def test_a_ban_closes_the_list_until_its_day(estate: Estate, new_person: NewPerson) -> None:
    person = new_person()
    Ban.objects.create(person=person, home=estate.home, cause="sublet", since=APPLIED, until=DAY)

    with pytest.raises(NotPossible, match=r"转租转借.*2022-06-01"):
        apply_for_flat(estate=estate, person=person, asked=ASKED, day=date(2022, 5, 31), by=None)

    made = apply_for_flat(estate=estate, person=person, asked=ASKED, day=DAY, by=None)
    assert made.state == ApplicationState.WAITING


def test_who_leaves_the_queue_may_come_again(new_application: NewApplication, office) -> None:
    made = new_application()

    withdraw_application(application=made, by=office)

    with pytest.raises(NotPossible, match="已经结束"):
        withdraw_application(application=made, by=office)
    again = apply_for_flat(estate=made.estate, person=made.person, asked=ASKED, day=DAY, by=None)
    assert place_of(again, DAY) is not None


def test_a_closed_flat_is_not_offered(estate: Estate, office) -> None:
    unit = Unit.objects.first()

    close_unit(unit=unit, reason="漏水维修", by=office)

    with pytest.raises(NotPossible, match="停用"):
        close_unit(unit=unit, reason="漏水维修", by=office)
    assert free_spaces(estate).count() == 11
    assert (occupancy_of(estate).closed, occupancy_of(estate).free) == (1, 11)


def test_published_figures_of_apartments_are_counted(place: Place) -> None:
    install_estates(book=place.pack.housing, home=place.root)
    root, day = place.root.code, date(2015, 12, 31)

    found = {stock: stock_figure(root, stock, day) for stock in Stock}

    assert found == {
        Stock.BUILDINGS: 2,
        Stock.UNITS: 288,
        Stock.AREA: 14_976,
        Stock.BUILT_COST: 35_400_000,
        Stock.FURNISHING_COST: 1_209_600,
        Stock.SHARERS: 1,
    }
    assert stock_figure(root, Stock.UNITS, date(2013, 8, 31)) == 0  # not opened yet
