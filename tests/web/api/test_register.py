"""The register over the API: each statement once, each item's end told, changes in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from juxian.apps.audit.models import AuditEntry
from juxian.apps.exchange.models import Pushed
from juxian.apps.persons.actions import withdraw_fact
from juxian.apps.persons.models import Fact, Person, Source
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
