"""The person page: what is told, revealed, added and taken back."""

from datetime import date

import pytest
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Fact, Person
from juxian.web.desk.persons import revealing
from tests.web.places import ID_NUMBER

EDUCATION = {
    "value-degree": "doctor",
    "value-school": "测试大学",
    "since": "2021-07-01",
    "source": "本人申报",
    "evidence": "博士毕业证书",
}
NEW = {
    "name": "测试丙",
    "document_kind": "resident_id",
    "document_number": ID_NUMBER,
    "source": "窗口登记",
    "evidence": "身份证",
}


def address(view: str, person: Person, *more: object) -> str:
    return reverse(f"desk:{view}", args=[person.number, *more])


def test_numbers_are_masked(place):
    page = place.client("office").get(address("person", place.person(number=ID_NUMBER))).content.decode()

    assert "6202**********1232" in page
    assert ID_NUMBER not in page
    assert "138****1234" in page
    assert "13800001234" not in page


def test_revealing_needs_a_reason_and_leaves_an_entry(place):
    person = place.person(number=ID_NUMBER)
    client = place.client("office")
    key = f"document-{person.documents.get().pk}"

    refused = client.post(address("person-reveal", person), {"key": key, "reason": " "})
    shown = client.post(address("person-reveal", person), {"key": key, "reason": "核对待遇"})

    assert refused.status_code == 422
    assert ID_NUMBER not in refused.content.decode()
    assert ID_NUMBER in shown.content.decode()
    entry = AuditEntry.objects.get(action="persons.value_revealed")
    assert (entry.reason, entry.subject_id, entry.detail) == ("核对待遇", str(person.pk), {"value": key})


def test_a_phone_is_revealed_by_its_fact(place):
    person = place.person()
    key = f"fact-{person.facts.get(kind='contact').pk}-phone"

    shown = place.client("office").post(address("person-reveal", person), {"key": key, "reason": "电话通知"})

    assert "13800001234" in shown.content.decode()


@pytest.mark.parametrize(
    "key", ["", "document-0", "document-x", "fact-1-phone", "fact-{education}-school", "document-²", "x-1"]
)
def test_a_key_that_was_not_shown_is_not_found(place, key):
    person = place.person(number=ID_NUMBER)
    key = key.format(education=person.facts.get(kind="education").pk)

    answer = place.client("office").post(address("person-reveal", person), {"key": key, "reason": "核对"})

    assert answer.status_code == 404


def test_revealing_too_often_is_stopped(place, monkeypatch):
    monkeypatch.setattr(revealing, "HOURLY_LIMIT", 1)
    person = place.person(number=ID_NUMBER)
    client, data = place.client("office"), {"key": f"document-{person.documents.get().pk}", "reason": "核对"}

    first, second = (client.post(address("person-reveal", person), data) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 429)


def test_the_page_of_a_past_day_tells_what_was_known_then(place):
    person = place.person()

    answer = place.client("office").get(address("person", person), {"as_of": "2015-12-31"})

    assert [event.fact.kind for event in answer.context["events"]] == ["education", "identity"]
    assert answer.context["profile"].get("employer") is None


@pytest.mark.parametrize("day", ["yesterday", "2022-02-30", "9999-99-99", "²"])
def test_a_day_that_is_none_is_told(place, day):
    assert place.client("office").get(address("person", place.person()), {"as_of": day}).status_code == 422


def test_every_benefit_has_its_reasons(place):
    answer = place.client("office").get(address("person", place.person()))

    cards = [*answer.context["entitlements"], *answer.context["others"]]
    assert {card.benefit_id for card in cards} >= {
        benefit.id for policy in place.pack.policies.values() for benefit in policy.versions[-1].benefits
    }
    assert all(card.lines and card.clause for card in cards)
    assert cards[0].open


def test_the_number_of_queries_does_not_grow_with_facts(place, django_assert_max_num_queries):
    person, client = place.person(), place.client("office")
    client.get(address("person", person))
    with django_assert_max_num_queries(100) as before:
        client.get(address("person", person))
    source = person.facts.first().source
    for year in range(2016, 2022):
        Fact.objects.create(
            person=person,
            kind="annual_review",
            value={"year": year, "result": "qualified"},
            since=date(year, 12, 31),
            source=source,
        )

    with django_assert_max_num_queries(100) as after:
        client.get(address("person", person))

    assert len(after) == len(before)


def test_adding_a_fact_changes_the_profile_and_is_audited(place):
    person = place.person()

    answer = place.client("office").post(address("fact-add", person, "education"), EDUCATION)

    assert answer.status_code == 303
    person.refresh_from_db()
    assert person.profile.degree == "doctor"
    fact = person.facts.get(since=date(2021, 7, 1))
    assert (fact.evidence, fact.source.title, fact.verification) == ("博士毕业证书", "本人申报", "unverified")
    assert AuditEntry.objects.filter(action="persons.facts_recorded").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evidence": ""}, "evidence"),
        ({"source": ""}, "source"),
        ({"since": "2021-02-30"}, "since"),
        ({"since": "1021-02-03"}, "since"),
        ({"since": "2099-01-01"}, "since"),
        ({"value-degree": "wizard"}, "value-degree"),
        ({"value-school": "x" * 201}, "value-school"),
        ({"value-school": "测\u202e试"}, "value-school"),
    ],
)
def test_a_fact_that_is_wrong_is_refused_at_its_field(place, change, field):
    person = place.person()

    answer = place.client("office").post(address("fact-add", person, "education"), EDUCATION | change)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not person.facts.filter(since=date(2021, 7, 1)).exists()


def test_nobody_is_born_after_today(place):
    person = place.person()
    data = {"value-name": person.name, "value-birth_date": "2099-01-01"}

    answer = place.client("office").post(
        address("fact-add", person, "identity"),
        data | {"since": "2021-07-01", "source": "本人", "evidence": "身份证"},
    )

    assert set(answer.context["form"].errors) == {"value-birth_date"}


def test_every_kind_has_a_form(place):
    person, client = place.person(), place.client("office")

    answers = {
        kind: client.get(address("fact-add", person, kind)).status_code for kind in place.pack.schema.kinds
    }

    assert set(answers.values()) == {200}
    assert client.get(address("fact-add", person, "no-such-kind")).status_code == 404


def test_facts_that_contradict_stand_side_by_side_until_one_is_withdrawn(place):
    home = [FactDraft("home", {"owned": owned}, date(2020, 1, 1)) for owned in (True, False)]
    person, client = place.person(facts=home), place.client("office")

    (conflict,) = client.get(address("person", person)).context["conflicts"]
    wrong = conflict.events[0].fact
    answer = client.post(address("fact-withdraw", person, wrong.pk), {"reason": "查无房产"})

    assert answer.status_code == 303
    page = client.get(address("person", person))
    assert page.context["conflicts"] == []
    assert [event.fact.pk for event in page.context["withdrawn"]] == [wrong.pk]


def test_withdrawing_needs_a_reason(place):
    person = place.person()

    answer = place.client("office").post(address("fact-withdraw", person, person.facts.first().pk), {})

    assert answer.status_code == 422
    assert not person.facts.exclude(withdrawn_at=None).exists()


def test_a_fact_of_somebody_else_is_not_found(place):
    person, other = place.person("测试甲"), place.person("测试乙")

    answer = place.client("office").post(
        address("fact-withdraw", person, other.facts.first().pk), {"reason": "试"}
    )

    assert answer.status_code == 404


def test_registering_reads_birth_and_gender_from_the_number(place):
    answer = place.client("office").post(reverse("desk:person-new"), NEW)

    person = Person.objects.get(name="测试丙")
    assert answer.url == address("person", person)
    assert person.profile.values["birth_date"] == "1990-01-01"
    assert person.facts.get(kind="identity").evidence == "身份证"


def test_a_number_that_is_known_shows_the_record(place):
    known = place.person(number=ID_NUMBER)

    answer = place.client("office").post(reverse("desk:person-new"), NEW)

    assert answer.status_code == 422
    assert [match.person for match in answer.context["matches"]] == [known]
    assert Person.objects.count() == 1


def test_the_same_name_without_a_number_is_asked_about(place):
    place.person("测试丙")
    client, data = place.client("office"), NEW | {"document_number": ""}

    asked = client.post(reverse("desk:person-new"), data)
    confirmed = client.post(reverse("desk:person-new"), data | {"confirmed": "on"})

    assert (asked.status_code, confirmed.status_code) == (422, 303)
    assert Person.objects.filter(name="测试丙").count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document_number": "620201199001011239"}, "document_number"),
        ({"birth_date": "1990-01-02"}, "birth_date"),
        ({"name": ""}, "name"),
        ({"name": "测\u200b试"}, "name"),
        ({"phone": "12"}, "phone"),
        ({"degree": "master"}, "graduated_on"),
        ({"graduated_on": "2015-07-01"}, "degree"),
        ({"position": "工程师"}, "employer"),
        ({"hired_on": "2015-07-01"}, "employer"),
        ({"degree": "master", "graduated_on": "1989-07-01"}, "graduated_on"),
        ({"document_number": "", "birth_date": "2099-01-01"}, "birth_date"),
        ({"employer": "nobody"}, "employer"),
    ],
)
def test_a_registration_that_is_wrong_is_refused_at_its_field(place, change, field):
    answer = place.client("office").post(reverse("desk:person-new"), NEW | change)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert Person.objects.count() == 0


def test_what_the_client_may_not_set_is_ignored(place):
    place.client("office").post(
        reverse("desk:person-new"), NEW | {"number": "XX1", "home": "9", "verification": "verified"}
    )

    person = Person.objects.get()
    assert person.number.startswith("JY")
    assert set(person.facts.values_list("verification", flat=True)) == {"unverified"}


def disputed(place):
    facts = [FactDraft("residence", {"local": local}, date(2020, 1, 1)) for local in (True, False)]
    return place.person(facts=facts)


def test_a_conflict_is_found_in_the_list_and_settled_on_its_page(place):
    place.person("测试乙")
    person = disputed(place)
    client = place.client("office")
    keep = person.facts.filter(kind="residence").order_by("pk")[0]

    listed = client.get("/desk/persons/?disputed=1")
    shown = client.get(address("fact-settle", person, "residence"))
    answer = client.post(
        address("fact-settle", person, "residence"),
        {"keep": keep.pk, "evidence": "户口簿", "reason": "以原件为准"},
    )

    assert [row.number for row in listed.context["rows"]] == [person.number]
    assert len(shown.context["events"]) == 2
    assert answer.status_code == 303
    page = client.get(address("person", person))
    assert page.context["conflicts"] == []
    assert "户口簿 · 以原件为准" in page.content.decode()
    assert client.get(address("fact-settle", person, "residence")).status_code == 404


def test_settling_needs_evidence_and_a_choice_among_the_statements(place):
    person = disputed(place)
    other = person.facts.get(kind="education")

    answer = place.client("office").post(
        address("fact-settle", person, "residence"), {"keep": other.pk, "evidence": "", "reason": "x"}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"keep", "evidence"}


def test_a_fact_is_verified_on_its_page(place):
    person = place.person()
    fact = person.facts.get(kind="education")
    client = place.client("office")

    assert client.get(address("fact-verify", person, fact.pk)).status_code == 200
    client.post(address("fact-verify", person, fact.pk), {"state": "verified", "reason": "看过原件"})

    fact.refresh_from_db()
    assert (fact.verification, fact.evidence) == ("verified", "毕业证书")
