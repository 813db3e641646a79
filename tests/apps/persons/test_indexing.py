"""The index of full text search follows the facts."""

from datetime import date

import pytest

from juxian.apps.linking.actions import merge_persons
from juxian.apps.persons.actions import FactDraft, record_facts, register_person, withdraw_fact
from juxian.apps.persons.indexing import index_everybody, lists_of
from juxian.apps.persons.models import Person, SearchTerm
from juxian.apps.persons.narrowing import narrowed
from tests.factories import EmployerFactory, OrganisationFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 7, 1)


@pytest.fixture
def home(db):
    return OrganisationFactory()


def registered(home, name, **education):
    facts = [FactDraft("identity", {"name": name}, DAY)]
    facts += [FactDraft("education", education, DAY)] if education else []
    return register_person(home=home, name=name, facts=facts, source=SourceFactory())


def persons_called(home, text):
    return narrowed(Person.objects.living_records(), lists_of(text, home), along=True).people


def found(home, text):
    return [person.name for person in persons_called(home, text).order_by("pk")]


@pytest.mark.parametrize(
    "text", ["小明", "明", "zxm", "zx", "zhangxiao", "张小明", "矿业", "礦業大学", "ZXM"]
)
def test_two_characters_initials_and_pinyin_find_the_person(home, text):
    registered(home, "张小明", school="中国矿业大学")
    registered(home, "李四", school="测试学院")

    assert found(home, text) == ["张小明"]


@pytest.mark.parametrize("text", ["业矿", "小李", "xm", "、、"])
def test_what_does_not_stand_together_is_not_found(home, text):
    registered(home, "张小明", school="中国矿业大学")

    assert found(home, text) == []


def test_the_name_of_the_employer_is_found(home):
    employer = EmployerFactory(name="测试市第一医院", parent=home)
    person = registered(home, "张小明")
    record_facts(
        person=person,
        facts=[FactDraft("employment", {"employer": employer.code}, DAY)],
        source=SourceFactory(),
    )

    assert found(home, "一医") == ["张小明"]


def test_what_is_masked_is_not_searched(home):
    person = registered(home, "张小明")
    record_facts(
        person=person, facts=[FactDraft("contact", {"phone": "13800000000"}, DAY)], source=SourceFactory()
    )

    assert not SearchTerm.objects.filter(term__contains="138").exists()


def test_a_fact_taken_back_is_no_longer_found(home):
    person = registered(home, "张小明", school="中国矿业大学")

    withdraw_fact(fact=person.facts.get(kind="education"), by=None, reason="错")

    assert (found(home, "矿业"), found(home, "小明")) == ([], ["张小明"])


def test_a_merge_moves_what_is_searched(home):
    keep, drop = registered(home, "张小明"), registered(home, "张小明", school="中国矿业大学")

    merge_persons(keep=keep, drop=drop, by=UserFactory(), reason="同一人")

    assert list(persons_called(home, "矿业")) == [keep]


def test_the_index_made_again_is_the_same(home):
    registered(home, "张小明", school="中国矿业大学")
    before = set(SearchTerm.objects.values_list("term", "person"))
    SearchTerm.objects.filter(term="矿业").delete()

    assert list(index_everybody()) == [1]

    assert set(SearchTerm.objects.values_list("term", "person")) == before


@pytest.mark.parametrize("people", [1, 3])
def test_indexing_takes_the_same_number_of_queries(home, people, django_assert_max_num_queries):
    for number in range(people):
        registered(home, f"张小{number}", school="中国矿业大学")
    SearchTerm.objects.all().delete()

    with django_assert_max_num_queries(20) as captured:
        list(index_everybody())

    reads = [query for query in captured.captured_queries if query["sql"].lstrip("(").startswith("SELECT")]
    assert len(reads) <= 6
