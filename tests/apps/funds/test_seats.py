"""Posts of a pool: one person each, none beyond what was given, and back when the person leaves."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.funds.actions.seats import return_seat, return_seats_of_the_left, take_seat
from juxian.apps.funds.models import Seat
from juxian.apps.funds.queries.proof import verify
from juxian.apps.funds.queries.seats import PoolBalance, pool_balances
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Fact, Person
from tests.apps.funds.scene import DAY, Scene, make_scene
from tests.factories import SourceFactory
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
LEFT = date(2022, 9, 1)


@pytest.fixture
def scene() -> Scene:
    return make_scene("loudi")


def pool(scene: Scene) -> PoolBalance:
    [found] = pool_balances(scene.place.pack.code, scene.place.pack.funds.pools)
    return found


def take(scene: Scene, person: Person) -> Seat:
    return take_seat(
        home=scene.place.root,
        pool=pool(scene).pool,
        person=person,
        unit=scene.place.employer,
        document="批复",
        since=DAY,
        by=scene.maker,
    )


def test_a_post_is_held_by_name_until_it_comes_back(scene: Scene) -> None:
    person = scene.place.person("甲")
    seat = take(scene, person)
    assert (pool(scene).free, pool(scene).taken, seat.due_on) == (59, 1, date(2025, 6, 1))
    fact = Fact.objects.get(person=person, kind="quota_seat")
    assert (fact.value, fact.since, fact.until) == ({"unit": scene.place.employer.code}, DAY, None)

    return_seat(seat=seat, day=LEFT, reason="调离", by=scene.maker)

    assert pool(scene).free == 60
    assert Fact.objects.get(pk=fact.pk).until == LEFT
    assert verify().difference is None
    take(scene, person)  # a later one is another
    assert pool(scene).free == 59


def test_nobody_holds_two_and_none_comes_back_twice(scene: Scene) -> None:
    person = scene.place.person("甲")
    seat = take(scene, person)
    with pytest.raises(NotPossible, match="已在用编"):
        take(scene, person)
    with pytest.raises(NotPossible, match="晚于用编日"):
        return_seat(seat=seat, day=DAY, reason="调离", by=scene.maker)
    return_seat(seat=seat, day=LEFT, reason="调离", by=scene.maker)
    with pytest.raises(NotPossible, match="已收回"):
        return_seat(seat=seat, day=LEFT, reason="调离", by=scene.maker)
    assert pool(scene).free == 60


def test_who_was_merged_into_a_holder_holds_no_second(scene: Scene) -> None:
    kept, dropped = scene.place.person("甲"), scene.place.person("乙")
    take(scene, dropped)
    Person.objects.filter(pk=dropped.pk).update(merged_into=kept)
    with pytest.raises(NotPossible, match="已在用编"):
        take(scene, kept)


def test_a_pool_gives_no_more_than_it_has(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("juxian.apps.funds.actions.seats.balance_of", lambda _name: 0)
    with pytest.raises(NotPossible, match="没有空编"):
        take(scene, scene.place.person("甲"))
    assert not Seat.objects.exists()


def test_who_leaves_leaves_the_post(scene: Scene) -> None:
    stays, goes = scene.place.person("甲"), scene.place.person("乙")
    take(scene, stays)
    seat = take(scene, goes)
    gone = FactDraft("departure", {"reason": "resigned"}, LEFT)
    record_facts(person=goes, facts=[gone], source=SourceFactory())

    assert return_seats_of_the_left(home=scene.place.root, day=LEFT) == 1
    assert return_seats_of_the_left(home=scene.place.root, day=LEFT) == 0

    seat.refresh_from_db()
    assert (seat.left_on, pool(scene).free) == (LEFT, 59)


def test_the_page_gives_a_post_and_takes_it_back(scene: Scene, settings, tmp_path) -> None:
    settings.JUXIAN_TODAY, settings.STATIC_ROOT = DAY, tmp_path
    person, client = scene.place.person("甲"), browser(scene.maker)
    form = {"pool": "quota-pool", "unit": scene.place.employer.code, "document": "批复", "day": "2022-05-01"}
    assert client.post("/desk/funds/seats/", form | {"number": "无此人"}).status_code == 422

    assert client.post("/desk/funds/seats/", form | {"number": person.number}).status_code == 303

    seat = Seat.objects.get()
    assert "甲" in client.get("/desk/funds/seats/").content.decode()
    client.post(f"/desk/funds/seats/{seat.pk}/return/", {"day": "2022-06-01", "reason": "调离"})
    assert "调离" in client.get("/desk/funds/seats/?state=left").content.decode()
