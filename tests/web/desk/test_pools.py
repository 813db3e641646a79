"""Pools in a browser without script: the list, a pool, picking and taking out."""

import pytest

from juxian.apps.pools.actions import refresh_pool
from juxian.apps.pools.models import Membership, Pool
from tests.web.places import Place


@pytest.fixture
def masters(place: Place) -> Pool:
    return Pool.objects.create(home=place.root, code="masters", title="硕士库", condition="学历 >= 硕士")


@pytest.mark.parametrize("people", [1, 3])
def test_a_pool_asks_a_constant_number_of_queries(
    place: Place, masters: Pool, people: int, django_assert_max_num_queries
) -> None:
    for number in range(people):
        place.person(f"测试{'甲乙丙'[number]}")
    refresh_pool(pool=masters)
    client = place.client("leader")
    client.get("/desk/pools/")

    with django_assert_max_num_queries(8):
        assert client.get("/desk/pools/").context["pools"][0].size == people
    with django_assert_max_num_queries(12):
        assert client.get(f"/desk/pools/{masters.pk}/").status_code == 200


def test_somebody_is_picked_and_taken_out_with_reasons(place: Place, masters: Pool) -> None:
    person, client = place.person(degree="bachelor"), place.client("office")

    unknown = client.post(f"/desk/pools/{masters.pk}/add/", {"number": "XX00000001", "reason": "推荐"})
    client.post(f"/desk/pools/{masters.pk}/add/", {"number": person.number, "reason": "推荐"})
    stay = Membership.objects.get()
    refused = client.post(f"/desk/pools/{masters.pk}/members/{stay.pk}/remove/", {})
    done = client.post(f"/desk/pools/{masters.pk}/members/{stay.pk}/remove/", {"reason": "本人要求"})

    assert "没有这个编号的档案" in unknown.content.decode()
    assert (unknown.status_code, refused.status_code, done.status_code) == (422, 422, 303)
    assert "本人要求" in client.get(f"/desk/pools/{masters.pk}/").content.decode()


def test_refreshing_tells_who_came(place: Place, masters: Pool) -> None:
    place.person()

    page = place.client("office").post(f"/desk/pools/{masters.pk}/refresh/", {}, follow=True).content.decode()

    assert "新入 1 人，退出 0 人" in page
