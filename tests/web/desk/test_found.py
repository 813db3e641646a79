"""What was found is shown with its reasons, granted or declined; explanations are fit to print."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.policies.actions import find_entitled, sweep_pack
from juxian.apps.policies.models import FindRun, Found
from juxian.apps.services.actions.opening import definition_of
from juxian.apps.services.models import Case
from tests.factories import SourceFactory
from tests.web.places import DAY

POLICY, BASE = "settlement-subsidy", "settlement-base"
INTRODUCED = date(2021, 9, 1)


def entitled(place, name: str):
    facts = [
        FactDraft("title", {"level": "junior"}, INTRODUCED),
        FactDraft("talent_class", {"level": "unclassed"}, INTRODUCED),
        FactDraft("education", {"degree": "bachelor", "school": "某校", "school_tags": []}, date(2012, 7, 1)),
    ]
    return place.person(name, degree="bachelor", facts=facts)


def introduce(person):
    fact = FactDraft("introduction", {"mode": "full_time", "service_months": 60}, INTRODUCED)
    record_facts(person=person, facts=[fact], source=SourceFactory())


@pytest.fixture
def found(place):
    """Somebody who was found to be entitled a day after the first search."""
    person = entitled(place, "符合甲")
    find_entitled(pack=place.pack, as_of=DAY - timedelta(days=1))
    introduce(person)
    find_entitled(pack=place.pack, as_of=DAY)
    return Found.objects.get(policy=POLICY)


def test_the_page_shows_whom_for_what_and_how_much(place, found):
    page = place.client("office").get(reverse("desk:found")).content.decode()

    assert "符合甲" in page
    assert "安家补贴（最低档）" in page
    assert "2 万元" in page
    assert reverse("desk:found-why", args=[found.pk]) in page


@pytest.mark.parametrize(("query", "there"), [("?state=granted", False), ("?state=new", True), ("?policy=no-such", True), (f"?policy={POLICY}", True), ("?before=1", False)])  # fmt: skip
def test_the_list_is_narrowed(place, found, query, there):
    page = place.client("office").get(reverse("desk:found") + query).content.decode()

    assert ("符合甲" in page) is there


def test_an_office_searches_now(place):
    person = entitled(place, "甲")
    client = place.client("office")
    client.post(reverse("desk:found-search"))
    introduce(person)

    page = client.post(reverse("desk:found-search"), follow=True).content.decode()

    assert "已重算 1 人次：新符合 1 项" in page
    assert FindRun.objects.count() == 2


def test_what_waits_is_granted_or_declined_with_a_reason(place, found):
    Found.objects.update(state="waiting", amount_fen=0, policy="leading-talents", benefit="leading-retention")
    client, address = place.client("office"), reverse("desk:found-act", args=[found.pk])

    client.post(address, {"do": "decline"})
    before = Found.objects.get().state
    client.post(address, {"do": "decline", "reason": "本人来电不需要"})
    declined = Found.objects.get().state
    client.post(address, {"do": "want"})
    client.post(address, {"do": "grant"})

    assert (before, declined, Found.objects.get().state) == ("waiting", "declined", "granted")
    assert "状态已变化" in client.post(address, {"do": "grant"}, follow=True).content.decode()


def test_money_without_a_budget_is_told(place, found):
    Found.objects.update(state="waiting")
    client = place.client("office")

    page = client.post(
        reverse("desk:found-act", args=[found.pk]), {"do": "grant"}, follow=True
    ).content.decode()

    assert Found.objects.get().state == "stopped"
    assert "未能核定" in page


def test_a_page_asks_the_same_number_of_queries_for_more_rows(place, found):
    client = place.client("office")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("desk:found")).status_code == 200
        return len(queries)

    count()
    one = count()
    for name in "乙丙":
        introduce(entitled(place, name))
    find_entitled(pack=place.pack, as_of=DAY)

    assert Found.objects.count() == 3
    assert count() == one


def test_the_explanation_names_clause_threshold_value_paper_and_what_is_not_evaluated(place, found):
    client = place.client("office")

    then = client.get(reverse("desk:found-why", args=[found.pk])).content.decode()
    today = client.get(reverse("desk:person-why", args=[found.person.number, POLICY, BASE])).content.decode()

    for page in (then, today):
        for words in ("最低档", "学历", "本科", "满足", "印发机关", found.digest):
            assert words in page, words
        assert "结论与当时不同" not in page


def test_a_no_tells_what_is_missing_and_what_would_change_it(place):
    person = entitled(place, "乙")
    introduce(person)
    address = reverse("desk:person-why", args=[person.number, POLICY, "settlement-middle"])

    page = place.client("office").get(address).content.decode()

    assert "只改变一项" in page
    assert "不满足" in page


def test_a_determination_is_explained_by_the_text_and_profile_of_then(place):
    person = entitled(place, "甲")
    introduce(person)
    run = sweep_pack(pack=place.pack, as_of=DAY)
    row = run.determinations.get(answer__policy=POLICY, answer__benefit=BASE, answer__verdict="yes")
    person.facts.filter(kind="introduction").update(withdrawn_at="2022-06-02T00:00Z")

    page = place.client("office").get(reverse("desk:determination-why", args=[row.pk])).content.decode()

    assert "可享受" in page
    assert "2 万元" in page


def test_a_benefit_that_no_text_knows_has_no_page(place):
    person = entitled(place, "甲")

    answer = place.client("office").get(reverse("desk:person-why", args=[person.number, POLICY, "nothing"]))

    assert answer.status_code == 404


def test_a_person_reads_declines_and_wants_again(place, found):
    Found.objects.update(state="waiting", decides_on=DAY + timedelta(days=10))
    client = place.client("person", person=found.person)
    page = client.get(reverse("portal:found")).content.decode()
    address = reverse("portal:found-act", args=[found.pk])

    client.post(address, {"do": "decline"})
    declined = Found.objects.get().state
    client.post(address, {"do": "want"})

    assert "2022-06-11" in page
    assert (declined, Found.objects.get().state) == ("declined", "waiting")
    assert client.get(reverse("portal:found-why", args=[found.pk])).status_code == 200
    assert client.get(reverse("portal:why", args=[POLICY, BASE])).status_code == 200
    assert reverse("portal:why", args=[POLICY, BASE]) in client.get(reverse("portal:me")).content.decode()


def test_a_new_benefit_leads_to_the_service_that_asks_for_it_or_to_the_case_under_way(place, found):
    client = place.client("person", person=found.person)

    asked = client.get(reverse("portal:found")).content.decode()
    case = Case.objects.create(
        number="JY-2022-000001",
        definition=definition_of(place.pack.code, place.pack.services["settlement-claim"]),
        service="settlement-claim",
        home=found.home,
        person=found.person,
        state="endorse",
        version=1,
        opened_at=timezone.now(),
        moved_at=timezone.now(),
    )
    again = client.get(reverse("portal:found")).content.decode()

    form, followed = (
        reverse("portal:apply", args=["settlement-claim"]),
        reverse("portal:case", args=[case.number]),
    )
    assert (form in asked, followed in asked) == (True, False)
    assert (form in again, followed in again) == (False, True)


def test_the_side_bar_marks_policies_on_the_pages_below(place, found):
    page = place.client("office").get(reverse("desk:found")).content.decode()

    assert f'href="{reverse("desk:policies")}" aria-current="page"' in page
