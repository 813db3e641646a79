"""The whole register, one record against it, and what people decide."""

from datetime import date

import pytest

from juxian.apps.accounts.models import User
from juxian.apps.linking.actions import (
    NeedsReason,
    SampleTooSmall,
    compare_all,
    decide_class,
    decide_pair,
    find_pairs,
    make_traces,
)
from juxian.apps.linking.enums import PairState, Verdict
from juxian.apps.linking.models import Decision, Pair, Trace
from juxian.apps.linking.queries import check, classes_waiting, next_waiting
from juxian.apps.persons.actions import DocumentDraft, FactDraft, record_facts, register_person
from juxian.apps.persons.models import Person
from juxian.core.identity.linking.judging import Zone
from juxian.core.identity.linking.traces import Known
from tests.factories import SourceFactory
from tests.web.places import Place

NUMBER = "620201199001011232"
BIRTH = "1985-07-09"


def somebody(place: Place, name: str, *, birth: str = BIRTH, phone: str = "", number: str = "") -> Person:
    facts = [FactDraft("identity", {"name": name, "birth_date": birth}, date(1990, 1, 1))]
    if phone:
        facts.append(FactDraft("contact", {"phone": phone}, date(2020, 1, 1)))
    facts.append(FactDraft("employment", {"employer": place.employer.code}, date(2016, 8, 1)))
    documents = [DocumentDraft("resident_id", number)] if number else []
    return register_person(
        home=place.root, name=name, facts=facts, documents=documents, source=SourceFactory()
    )


@pytest.fixture
def doubtful(place: Place) -> list[Person]:
    """Two records of one name, birthday and employer."""
    return [somebody(place, "张伟"), somebody(place, "张伟")]


def test_doubtful_pairs_wait_and_certain_ones_can_be_merged(place: Place, doubtful: list[Person]) -> None:
    twice = [somebody(place, "李娜", phone="13912345678") for _record in range(2)]

    found = find_pairs(home=place.root, merge=True)

    assert (found.persons, found.asked, found.merged) == (4, 1, 1)
    assert [(pair.left, pair.right, pair.evidence) for pair in Pair.objects.waiting()] == [
        (doubtful[0], doubtful[1], "name_birth_employer")
    ]
    assert Person.objects.get(pk=twice[1].pk).merged_into == twice[0]


def test_not_the_same_is_remembered(place: Place, officer: User, doubtful: list[Person]) -> None:
    find_pairs(home=place.root)

    decide_pair(pair=Pair.objects.get(), verdict=Verdict.DIFFERENT, by=officer)
    again = find_pairs(home=place.root, merge=True)

    assert (again.asked, again.merged) == (0, 0)
    assert Pair.objects.get().state == PairState.DIFFERENT


def test_the_same_merges_into_the_older_record(place: Place, officer: User, doubtful: list[Person]) -> None:
    find_pairs(home=place.root)
    pair = Pair.objects.get()

    decide_pair(pair=pair, verdict=Verdict.SAME, by=officer)
    second = decide_pair(pair=pair, verdict=Verdict.SAME, by=officer)

    assert second is None
    assert Person.objects.get(pk=doubtful[1].pk).merged_into == doubtful[0]
    assert [(item.verdict, item.decided_by) for item in Decision.objects.all()] == [("same", officer)]


def test_overriding_a_hard_sign_needs_a_reason(place: Place, officer: User) -> None:
    somebody(place, "张招弟", birth="1990-01-02", number=NUMBER)
    somebody(place, "张诗涵", birth="1991-02-02", number=NUMBER)
    find_pairs(home=place.root)
    pair = Pair.objects.get()

    with pytest.raises(NeedsReason):
        decide_pair(pair=pair, verdict=Verdict.SAME, by=officer)
    decide_pair(pair=pair, verdict=Verdict.SAME, by=officer, reason="改名，见户口簿")

    assert Decision.objects.get().overrides


def test_a_class_follows_its_sample(place: Place, officer: User) -> None:
    for number in range(7):
        for _record in range(2):
            somebody(place, f"赵{'甲乙丙丁戊己庚'[number]}", birth=f"198{number}-07-09")
    find_pairs(home=place.root)
    with pytest.raises(SampleTooSmall):
        decide_class(home=place.root, evidence="name_birth_employer", by=officer, reason="抽查无误")

    for pair in Pair.objects.waiting()[:5]:
        decide_pair(pair=pair, verdict=Verdict.SAME, by=officer)
    (standing,) = classes_waiting(place.root)
    done = decide_class(home=place.root, evidence="name_birth_employer", by=officer, reason="抽查无误")

    assert (standing.waiting, standing.seen, standing.agreed) == (2, 5, 5)
    assert done == 2
    assert Person.objects.living_records().count() == 7


def test_one_record_is_compared_as_the_whole_register_is(place: Place, doubtful: list[Person]) -> None:
    make_traces(place.root)

    found = check(place.root, Known("张伟", birth=date(1985, 7, 9), employer=place.employer.code))

    assert [(item.person, item.zone, item.evidence) for item in found] == [
        (person.pk, Zone.ASKED, "name_birth_employer") for person in doubtful
    ]
    assert check(place.root, Known("李娜", birth=date(1985, 7, 9))) == []


def test_a_changed_record_is_compared_as_it_is_now(place: Place, doubtful: list[Person]) -> None:
    make_traces(place.root)
    draft = FactDraft("contact", {"phone": "13912345678"}, date(2021, 1, 1))

    record_facts(person=doubtful[0], facts=[draft], source=SourceFactory())

    assert not Trace.objects.filter(person=doubtful[0]).exists()
    make_traces(place.root)
    assert Trace.objects.get(person=doubtful[0]).phone != 0


def test_checking_costs_the_same_however_many_are_checked(
    place: Place, doubtful: list[Person], django_assert_num_queries
) -> None:
    make_traces(place.root)

    from juxian.apps.linking.queries import check_many

    with django_assert_num_queries(2):
        check_many(place.root, [Known("张伟", birth=date(1985, 7, 9))])
    with django_assert_num_queries(2):
        check_many(place.root, [Known(name) for name in ("张伟", "李娜", "王芳")])


def test_the_queue_goes_on_to_the_next_pair(place: Place, officer: User) -> None:
    for name in ("赵甲", "赵乙"):
        somebody(place, name), somebody(place, name)
    find_pairs(home=place.root)
    first, second = Pair.objects.waiting().order_by("-weight", "pk")

    assert next_waiting(first) == second
    assert next_waiting(second) == first


def test_every_night_each_place_is_compared_and_nothing_merged(place: Place, doubtful: list[Person]) -> None:
    twice = [somebody(place, "李娜", phone="13912345678") for _record in range(2)]

    assert compare_all() == {place.root.code: 1}

    assert Pair.objects.waiting().count() == 2
    assert (
        not Person.objects.filter(pk__in=[person.pk for person in twice]).exclude(merged_into=None).exists()
    )
