"""The pages of verifying: what is offered, why it is refused, who could do it, and the list of what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.persons import rules
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Fact
from juxian.core.packs.schema import Separation
from tests.browser import Browser
from tests.factories import SourceFactory, UserFactory

PAGE = "/desk/unverified/"


@pytest.fixture
def two(place) -> list[tuple[Browser, object]]:
    """Two clerks of the office with their browsers."""
    found = []
    for name in ("登记员", "核验员"):
        user = UserFactory(name=name, role=Role.OFFICE, organisation=place.root)
        client = Browser()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        found.append((client, user))
    return found


def recorded(place, by, number: int = 1) -> list[Fact]:
    drafts = [
        FactDraft("education", {"degree": "doctor"}, date(2018, 7, 1 + day), evidence="毕业证书")
        for day in range(number)
    ]
    return record_facts(person=place.person(), facts=drafts, source=SourceFactory(), by=by)


def of_fact(fact: Fact) -> str:
    return reverse("desk:fact-verify", args=[fact.person.number, fact.pk])


def test_the_page_says_why_it_is_refused_and_who_could_do_it(place, two):
    (client, own), (other, _colleague) = two
    (fact,) = recorded(place, own)
    wanted = {"state": "verified", "reason": "看过原件"}

    page = client.get(of_fact(fact)).content.decode()
    assert "另一位经办" in page
    assert "核验员" in page
    refused = client.post(of_fact(fact), wanted)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"state"})
    assert "核验员" not in other.get(of_fact(fact)).content.decode().split("<main")[1]
    assert other.post(of_fact(fact), wanted).status_code == 303
    fact.refresh_from_db()
    assert fact.verification == "verified"


def test_a_single_clerk_reads_what_can_be_done(place):
    user = UserFactory(role=Role.OFFICE, organisation=place.root)
    client = Browser()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    (fact,) = recorded(place, user)

    assert "没有另一位经办" in client.get(of_fact(fact)).content.decode()


def test_the_form_of_a_fact_does_not_offer_what_is_not_taken(place, two, monkeypatch):
    (client, _own), _other = two
    person = place.person()
    address = reverse("desk:fact-add", args=[person.number, "education"])
    said = {
        "value-degree": "doctor",
        "since": "2021-07-01",
        "source": "本人申报",
        "evidence": "证书",
        "verified": "on",
    }

    page = client.get(address)
    assert "verified" not in page.context["form"].fields
    assert "谁登记谁不核验" in page.content.decode()
    assert client.post(address, said).status_code == 303
    assert Fact.objects.get(kind="education", value__degree="doctor").verification == "unverified"

    pack = replace(place.pack, separation=Separation(record_and_verify=False))
    monkeypatch.setattr(rules, "pack_called", lambda _code: pack)
    assert "verified" in client.get(address).context["form"].fields
    assert client.post(address, said | {"since": "2021-07-02"}).status_code == 303
    assert Fact.objects.filter(verification="verified").count() == 1


def test_settling_upon_the_own_statement_is_told_at_the_field(place, two):
    (client, own), _other = two
    drafts = [FactDraft("residence", {"local": local}, date(2020, 1, 1)) for local in (True, False)]
    mine, _wrong = record_facts(person=place.person(), facts=drafts, source=SourceFactory(), by=own)

    answer = client.post(
        reverse("desk:fact-settle", args=[mine.person.number, "residence"]),
        {"keep": mine.pk, "evidence": "户口簿", "reason": "以原件为准"},
    )

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"keep"})


def test_the_list_verifies_what_is_ticked_and_nothing_else(place, two):
    (client, own), (_other, colleague) = two
    first, second = recorded(place, colleague, 2)
    (mine,) = recorded(place, own)

    assert client.post(PAGE, {"reason": "与原件一致"}).status_code == 422
    assert client.post(PAGE, {"fact": [first.pk]}).status_code == 422
    assert client.post(PAGE, {"fact": [mine.pk], "reason": "与原件一致"}).status_code == 422
    assert client.post(PAGE, {"fact": [first.pk, mine.pk, "x"], "reason": "与原件一致"}).status_code == 303

    states = [Fact.objects.get(pk=fact.pk).verification for fact in (first, second, mine)]
    assert states == ["verified", "unverified", "unverified"]


def test_the_list_shows_the_own_work_apart_and_names_who_may(place, two):
    (client, own), _other = two
    (mine,) = recorded(place, own)

    here = client.get(PAGE).context["rows"]
    others = client.get(PAGE + "?view=others")

    assert mine not in [event.fact for event in here]
    assert [event.fact for event in others.context["rows"]] == [mine]
    assert "核验员" in others.content.decode()


def test_the_list_asks_no_more_with_more_rows_and_turns_by_key(place, two, monkeypatch):
    monkeypatch.setattr("juxian.web.desk.persons.verifying.PAGE", 6)
    (client, _own), (_other, colleague) = two
    recorded(place, colleague)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    recorded(place, colleague, 3)
    with CaptureQueriesContext(connection) as more:
        page = client.get(PAGE).context

    seen = [event.fact.pk for event in page["rows"]]
    while page["next"]:
        page = client.get(f"{PAGE}?after={page['next']}").context
        seen += [event.fact.pk for event in page["rows"]]

    assert len(more) == len(few)
    assert seen == sorted(Fact.objects.values_list("pk", flat=True), reverse=True)


def test_few_among_many_are_found_page_by_page_and_no_page_looks_at_all(place, two, monkeypatch):
    """Whoever recorded nearly everything verifies what little others did; each page costs the same."""
    monkeypatch.setattr("juxian.web.desk.persons.verifying.LOOKED_AT", 4)
    (client, own), (_other, colleague) = two
    (theirs,) = recorded(place, colleague)
    recorded(place, own, 12)
    Fact.objects.exclude(recorded_by__in=[own, colleague]).update(verification="verified")

    pages = [client.get(PAGE)]
    while further := pages[-1].context["next"]:
        pages.append(client.get(f"{PAGE}?after={further}"))

    assert [[event.fact for event in page.context["rows"]] for page in pages] == [[], [], [], [theirs]]
    assert "接着找" in pages[0].content.decode()
    assert "接着找" not in pages[-1].content.decode()
    kind = client.get(f"{PAGE}?kind=contact")
    assert (kind.context["rows"], kind.context["next"]) == ([], "")


def test_the_list_of_a_kind_has_an_index_of_its_own(place, two, monkeypatch):
    monkeypatch.setattr("juxian.web.desk.persons.verifying.LOOKED_AT", 2)
    (client, own), (_other, colleague) = two
    drafts = [FactDraft("training", {"programme": "研修班"}, date(2020, 1, 1))]
    (training,) = record_facts(person=place.person(), facts=drafts, source=SourceFactory(), by=colleague)
    recorded(place, own, 8)

    assert [event.fact for event in client.get(f"{PAGE}?kind=training").context["rows"]] == [training]
