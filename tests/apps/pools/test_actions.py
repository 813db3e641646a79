"""Members come and go by the condition; what people decided stands; the history stays."""

from datetime import date

import pytest

from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.pools.actions import (
    NotPossible,
    add_member,
    install_pools,
    refresh_all,
    refresh_pool,
    remove_member,
)
from juxian.apps.pools.models import Membership, Pool
from juxian.apps.pools.queries import members_of, pools_visible_to, with_sizes
from tests.web.places import Place, make_place


@pytest.fixture
def place(db: None, settings: object) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)  # type: ignore[attr-defined]
    return make_place()


@pytest.fixture
def masters(place: Place) -> Pool:
    return Pool.objects.create(home=place.root, code="masters", title="硕士库", condition="学历 >= 硕士")


def test_members_follow_the_condition_and_the_past_stays(place: Place, masters: Pool) -> None:
    master, bachelor = place.person(), place.person("测试乙", degree="bachelor")

    assert refresh_pool(pool=masters) == (1, 0)
    assert refresh_pool(pool=masters) == (0, 0)
    Pool.objects.update(condition="学历 == 本科")
    assert refresh_pool(pool=masters, as_of=date(2022, 7, 1)) == (1, 1)

    assert [item.person for item in members_of(masters)] == [bachelor]
    assert [item.person for item in Membership.objects.on(date(2022, 6, 15))] == [master]


def test_who_was_picked_stays_and_who_was_taken_out_does_not_return(place: Place, masters: Pool) -> None:
    officer = place.user("office")
    master, bachelor = place.person(), place.person("测试乙", degree="bachelor")
    add_member(pool=masters, person=bachelor, by=officer, reason="专家推荐")
    refresh_pool(pool=masters)

    remove_member(membership=masters.memberships.get(person=master), by=officer, reason="本人要求")
    refresh_pool(pool=masters)

    assert [item.person for item in members_of(masters)] == [bachelor]
    add_member(pool=masters, person=master, by=officer, reason="本人同意")
    assert members_of(masters).count() == 2


def test_nobody_is_twice_in_a_pool(place: Place, masters: Pool) -> None:
    person, officer = place.person(), place.user("office")
    add_member(pool=masters, person=person, by=officer, reason="推荐")

    with pytest.raises(NotPossible):
        add_member(pool=masters, person=person, by=officer, reason="推荐")


def test_a_merge_takes_the_membership_along_and_back(place: Place, masters: Pool) -> None:
    officer = place.user("office")
    keep, drop = place.person(degree="bachelor"), place.person("测试乙", degree="bachelor")
    add_member(pool=masters, person=drop, by=officer, reason="推荐")

    merge = merge_persons(keep=keep, drop=drop, by=officer)
    assert members_of(masters).get().person == keep
    unmerge(merge=merge, by=officer, reason="两个人")

    assert members_of(masters).get().person == drop


def test_pools_of_the_pack_are_installed_and_seen_here_alone(place: Place) -> None:
    made = install_pools(pack=place.pack, home=place.root)

    assert made == len(place.pack.pools) == Pool.objects.count()
    assert {pool.size for pool in with_sizes(pools_visible_to(place.user("leader")))} == {0}
    assert not pools_visible_to(place.user("employer")).exists()
    assert refresh_all()["pools"] == Pool.objects.exclude(condition="").count()
