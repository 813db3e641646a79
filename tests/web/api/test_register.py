"""The register over the API: each statement once, each item's end told, changes in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import proved, readings_of
from juxian.apps.exchange.models import Pushed
from juxian.apps.persons.actions import withdraw_fact
from juxian.apps.persons.models import Fact, Person, Source
from juxian.apps.tokens import actions
from tests.rosters import resident_id
from tests.web.api.conftest import Ask, secret_of
from tests.web.places import ID_NUMBER, Place

TITLE = {"kind": "title", "value": {"level": "中级", "name": "主治医师"}, "since": "2021-12-01"}
NEW_NUMBER = resident_id("19920202", 224, "620201")


def item(key: str, person: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": key, "person": person, **TITLE, **more}


def pushed(ask: Ask, *items: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    answer = ask("POST", "register/facts", {"items": list(items)}, **options)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["items"]


def settle(minutes: int = 10) -> None:
    """Everything so far lies ``minutes`` back."""
    Fact.objects.update(recorded_at=timezone.now() - timedelta(minutes=minutes))


def test_the_same_id_again_gives_the_same_outcome_and_records_nothing(ask: Ask, place: Place) -> None:
    person = place.person()
    sent = item("hr-1", {"number": person.number})

    first, second = (pushed(ask, sent) for _twice in range(2))

    assert first == second
    assert (first[0]["outcome"], first[0]["person"]) == ("accepted", person.number)
    assert person.facts.filter(kind="title").count() == 1
    assert Source.objects.filter(kind="api").count() == 1


def test_every_end_is_told(ask: Ask, place: Place) -> None:
    home = {"kind": "residence", "value": {"local": True}, "since": "2020-01-01"}
    person = place.person()
    who = {"number": person.number}
    pushed(ask, item("a", who), {"id": "b", "person": who, **home})

    told = pushed(
        ask,
        item("c", who),
        {"id": "d", "person": who, **home, "value": {"local": False}},
        item("e", who, kind="no_such_kind"),
        item("f", who, value={"level": "没有这一级"}),
        item("g", who, since="2022-07-01"),
        item("h", {"number": "JY99999999"}),
        item("i", {}),
        item("a", who, value={"level": "副高"}),
        item("j", who, kind="identity", value={"name": person.name, "birth_date": "2099-01-01"}),
    )

    assert [(line["id"], line["outcome"], line["code"]) for line in told] == [
        ("c", "unchanged", None),
        ("d", "conflicting", None),
        ("e", "refused", "unknown_kind"),
        ("f", "refused", "value"),
        ("g", "refused", "days"),
        ("h", "refused", "unknown_person"),
        ("i", "refused", "name"),
        ("a", "refused", "id_reused"),
        ("j", "refused", "days"),
    ]
    assert all(line["reason"] for line in told if line["outcome"] == "refused")
    assert set(Pushed.objects.values_list("key", flat=True)) == {"a", "b", "c", "d"}


def test_a_person_is_found_by_document_and_name_and_made_only_when_nobody_is_alike(
    ask: Ask, place: Place
) -> None:
    known = place.person("测试甲", number=ID_NUMBER)

    told = pushed(
        ask,
        item("a", {"name": "测试甲", "document_number": ID_NUMBER}),
        item("b", {"name": "别的人", "document_number": ID_NUMBER}),
        item("c", {"name": "测试乙", "document_number": "62020119900101123"}),
        item("d", {"name": "新来的", "document_number": NEW_NUMBER}),
        item("e", {"name": "新来的", "document_number": NEW_NUMBER}, value={"level": "副高"}),
    )

    assert [(line["outcome"], line["code"], line["made"]) for line in told] == [
        ("accepted", None, False),
        ("refused", "number_shared", False),
        ("refused", "document", False),
        ("accepted", None, True),
        ("accepted", None, True),
    ]
    made = Person.objects.exclude(pk=known.pk).get()
    assert told[3]["person"] == told[4]["person"] == made.number
    assert made.facts.filter(kind="identity").get().value["birth_date"] == "1992-02-02"


def test_who_is_alike_by_evidence_opens_no_second_record(ask: Ask, place: Place) -> None:
    person = place.person("测试甲")
    who = {"name": "测试甲", "document_number": resident_id("19900101", 124, "620201")}

    (told,) = pushed(ask, item("a", who, kind="contact", value={"phone": "13800001234"}))

    assert Person.objects.count() == 1
    assert told["person"] == person.number or told["code"] == "maybe_known"


def test_changes_come_once_in_order_and_withdrawals_too(ask: Ask, place: Place) -> None:
    person = place.person()
    fact = person.facts.get(kind="education")
    assert ask("GET", "register/changes").json()["changes"] == []  # not settled yet
    settle()

    first = ask("GET", "register/changes?limit=3").json()
    second = ask("GET", f"register/changes?limit=3&cursor={first['cursor']}").json()
    withdraw_fact(fact=fact, by=None, reason="有误")
    Fact.objects.filter(pk=fact.pk).update(withdrawn_at=timezone.now() - timedelta(minutes=10))
    third = ask("GET", f"register/changes?cursor={second['cursor']}").json()
    fourth = ask("GET", f"register/changes?cursor={third['cursor']}").json()

    assert [len(part["changes"]) for part in (first, second, third, fourth)] == [3, 1, 1, 0]
    assert (first["more"], second["more"]) == (True, False)
    assert [(one["fact"], one["change"]) for one in third["changes"]] == [(fact.pk, "withdrawn")]


def test_sensitive_values_need_their_own_permission(ask: Ask, place: Place) -> None:
    place.person()
    settle()
    reader = secret_of(place, ["register.read"])

    masked = ask("GET", "register/changes", None, reader).json()["changes"]
    plain = ask("GET", "register/changes").json()["changes"]
    phones = [(one["value"], one["left_out"]) for one in (masked[-1], plain[-1])]

    assert phones == [({}, ["phone"]), ({"phone": "13800001234"}, [])]
    pulls = AuditEntry.objects.filter(action="exchange.pulled").order_by("pk")
    assert [entry.detail["sensitive"] for entry in pulls] == [False, True]


def test_a_person_sees_which_system_read_what(ask: Ask, place: Place) -> None:
    person = place.person()
    settle()

    ask("GET", "register/changes")

    (reading,) = readings_of(person)
    assert (reading.action, reading.acting_as) == ("exchange.read", "API · 测试系统")
    assert reading.detail == {"kinds": ["contact", "education", "employment", "identity"]}


@pytest.mark.parametrize("cursor", ["x", "MXwyfDM=", "LTF8fDA=", "JUQ="])
def test_a_cursor_of_nobody_is_refused(ask: Ask, cursor: str) -> None:
    assert ask("GET", f"register/changes?cursor={cursor}").status_code == 422


def test_scopes_and_shapes_are_held(ask: Ask, place: Place) -> None:
    reader = secret_of(place, ["register.read"])
    who = {"number": "JY00000001"}

    assert ask("POST", "register/facts", {"items": [item("a", who)]}, reader).status_code == 403
    assert ask("POST", "register/facts", {"items": []}).status_code == 422
    assert ask("POST", "register/facts", {"items": [item("a", who, extra=1)]}).status_code == 422
    assert ask("GET", "register/changes?limit=501").status_code == 422


def test_another_place_sees_and_touches_nothing(ask: Ask, place: Place) -> None:
    person = place.person()
    settle()
    person.home = type(place.root).objects.create(
        code="elsewhere", name="外地", path="elsewhere", kind="government", pack="jiayuguan"
    )
    person.save()

    assert ask("GET", "register/changes").json()["changes"] == []
    assert pushed(ask, item("a", {"number": person.number}))[0]["code"] == "unknown_person"


# the number of queries, and what many statements at once must not change

PHONE = {"kind": "contact", "value": {"phone": "13900001234"}, "since": "2021-12-01"}


def known_people(place: Place, count: int, first: int) -> list[dict[str, Any]]:
    """Subjects of persons that the register has: every second by its number, the others by name and document."""
    subjects: list[dict[str, Any]] = []
    for place_of in range(first, first + count):
        number = resident_id("19900101", 100 + place_of, "620201")
        person = place.person(f"测试{chr(0x4E10 + place_of * 7)}", number=number)
        by_document = {"name": person.name, "document_number": number}
        subjects.append(by_document if place_of % 2 else {"number": person.number})
    return subjects


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute in which the requests of a token are counted does not end; a new one takes a query more."""
    moment = actions.now()
    monkeypatch.setattr(actions, "now", lambda: moment)


def queries_of(ask: Ask, items: list[dict[str, Any]]) -> int:
    with CaptureQueriesContext(connection) as captured:
        told = pushed(ask, *items)
    assert {line["outcome"] for line in told} == {"accepted"}
    return len(captured)


@pytest.mark.usefixtures("one_minute")
@pytest.mark.parametrize("statement", [TITLE, PHONE], ids=["title", "phone"])
@pytest.mark.parametrize("by_document", [False, True], ids=["number", "document"])
def test_the_number_of_queries_is_the_same_for_1_3_and_20_known_persons(
    ask: Ask, place: Place, statement: dict[str, Any], by_document: bool
) -> None:
    pushed(ask, item("before", known_people(place, 1, 0)[0]))  # the token's day has begun
    counted = {}
    for count, first in ((1, 10), (3, 20), (20, 40)):
        subjects = known_people(place, 2 * count, first)[by_document::2]
        items = [item(f"{count}-{at}", subject) | statement for at, subject in enumerate(subjects)]
        counted[count] = queries_of(ask, items)

    assert len(set(counted.values())) == 1, counted


@pytest.mark.usefixtures("one_minute")
def test_200_statements_take_few_more_queries_than_one(ask: Ask, place: Place) -> None:
    subjects = known_people(place, 50, 0)
    one = queries_of(ask, [item("one", subjects[1], since="2020-01-01")])

    many = queries_of(
        ask,
        [
            item(f"{month}-{at}", subject, since=f"2021-{month:02}-01")
            for month in (1, 2, 3, 4)
            for at, subject in enumerate(subjects)
        ],
    )

    assert many <= one + 8


def test_many_at_once_end_as_they_do_one_by_one(ask: Ask, place: Place) -> None:
    by_number, by_document = known_people(place, 2, 0)
    home = {"kind": "residence", "value": {"local": True}, "since": "2020-01-01"}
    pushed(ask, {"id": "before", "person": by_number, **home})
    also = {"name": "测试丐", "document_number": resident_id("19900101", 100, "620201")}  # by_number again
    newcomer = {"name": "新来的", "document_number": NEW_NUMBER}
    items = [
        item("a", by_number),
        item("b", by_document),
        item("c", also),
        {"id": "d", "person": by_number, **home, "value": {"local": False}},
        item("e", newcomer),
        item("f", {"name": "换了名", "document_number": NEW_NUMBER}),
        item("g", {"number": "JY00000003"}, since="2020-12-01"),  # the newcomer
        item("h", by_document, value={"level": "副高"}, since="2022-01-01"),
        item("i", {"number": "JY99999999"}),
        item("before", by_number, **home),
        item("j", also, since="2019-12-01"),
    ]

    def told(pushes: list[list[dict[str, Any]]]) -> tuple[list[Any], list[Any], int]:
        with transaction.atomic():
            lines = [line for part in pushes for line in pushed(ask, *part)]
            facts = Fact.objects.filter(source__kind="api").order_by("person", "kind", "since")
            said = [(fact.person.number, fact.kind, fact.value, fact.since) for fact in facts]
            kept = Pushed.objects.exclude(fact=None).count()
            for row in Pushed.objects.select_related("fact__source"):
                assert row.fact is not None
                assert row.fact.person_id == row.person_id
            transaction.set_rollback(True)
        return [(line["id"], line["outcome"], line["code"], line["person"]) for line in lines], said, kept

    together, apart = told([items]), told([[one] for one in items])

    assert together == apart
    outcomes = {key: (outcome, code) for key, outcome, code, _person in together[0]}
    assert outcomes["c"] == ("unchanged", None)
    assert outcomes["d"] == ("conflicting", None)
    assert outcomes["f"] == ("refused", "number_shared")
    assert outcomes["g"] == ("accepted", None)


def test_each_person_has_an_entry_in_the_chain_and_a_profile(ask: Ask, place: Place) -> None:
    subjects = known_people(place, 3, 0)

    told = pushed(
        ask,
        *(item(f"t{at}", subject) for at, subject in enumerate(subjects)),
        *({"id": f"p{at}", "person": subject, **PHONE} for at, subject in enumerate(subjects)),
    )

    people = {line["person"]: Person.objects.get(number=line["person"]) for line in told}
    entries = AuditEntry.objects.filter(action="persons.facts_recorded").order_by("pk")
    source = Source.objects.get(kind="api")
    assert [(entry.subject_id, entry.detail) for entry in entries] == [
        (str(person.pk), {"kinds": ["contact", "title"], "source": source.pk}) for person in people.values()
    ]
    assert proved().broken is None
    assert {person.profile.title_level for person in people.values()} == {"intermediate"}
    rows = Pushed.objects.order_by("pk").select_related("fact")
    assert {(row.key[0], row.fact and row.fact.kind) for row in rows} == {("t", "title"), ("p", "contact")}
    assert all(row.fact and row.fact.person_id == row.person_id for row in rows)


def test_no_cache_keeps_what_a_system_read(ask: Ask, place: Place) -> None:
    place.person()

    assert ask("GET", "register/changes")["Cache-Control"] == "no-store"
