"""The auditor reads what was done in the own place, and nobody else does."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import reverse

import juxian
from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.audit.models import AuditEntry
from juxian.web.desk import audit
from juxian.web.desk.audit_words import ACTIONS
from tests.factories import UserFactory
from tests.web.places import ID_NUMBER, make_place

PAGE = "desk:audit"


def note(place, action="persons.registered", **values) -> AuditEntry:
    return record(action, organisation_path=place.root.path, **values)


def numbers(answer) -> list[int]:
    return [row.number for row in answer.context["page"].rows]


@pytest.mark.parametrize("role", Role.values)
def test_the_log_opens_for_auditors_only(place, role):
    assert place.client(role).get(reverse(PAGE)).status_code == (200 if role == Role.AUDITOR else 403)


def test_nothing_can_be_changed(place):
    assert place.client("auditor").post(reverse(PAGE)).status_code == 405


def test_an_auditor_reads_the_own_place_only(place):
    elsewhere = make_place("zigui")
    mine = [note(place), record("imports.accepted", organisation_path=place.employer.path)]
    note(elsewhere)
    record("packs.installed")
    record("packs.installed", organisation_path=place.root.path + "-next")

    assert numbers(place.client("auditor").get(reverse(PAGE))) == [entry.pk for entry in reversed(mine)]


def test_entries_are_found_by_action_actor_and_day(place, monkeypatch):
    clerk = UserFactory(name="办事员甲")
    wanted = note(place, "imports.accepted", actor=clerk)
    note(place, "imports.undone", actor=clerk)
    note(place, "imports.accepted")
    client = place.client("auditor")
    day = wanted.at.astimezone(audit.SHANGHAI).date()

    found = client.get(
        reverse(PAGE), {"action": "imports.accepted", "actor": "事员", "day": day.isoformat()}, follow=True
    )
    other_day = client.get(reverse(PAGE), {"day": day.replace(year=1999).isoformat()})

    assert numbers(found) == [wanted.pk]
    assert numbers(client.get(reverse(PAGE), {"actor": clerk.username}, follow=True)) == [
        wanted.pk + 1,
        wanted.pk,
    ]
    assert numbers(other_day) == []


def test_pages_follow_each_other_without_loss(place, monkeypatch):
    monkeypatch.setattr(audit, "PAGE_SIZE", 2)
    entries = [note(place).pk for _number in range(5)][::-1]
    client = place.client("auditor")

    first = client.get(reverse(PAGE)).context["page"]
    second = client.get(reverse(PAGE), {"before": first.older}).context["page"]
    third = client.get(reverse(PAGE), {"before": second.older}).context["page"]
    back = client.get(reverse(PAGE), {"after": third.newer}).context["page"]
    begin = client.get(reverse(PAGE), {"after": back.newer}).context["page"]

    assert [row.number for page in (first, second, third) for row in page.rows] == entries
    assert (first.newer, third.older, begin.newer) == (0, 0, 0)
    assert (back.rows, begin.rows) == (second.rows, first.rows)


def test_what_was_typed_is_shown_as_text(place):
    note(place, "persons.value_revealed", reason="<script>alert(1)</script>", detail={"k" * 3: "v" * 900})

    page = place.client("auditor").get(reverse(PAGE)).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "v" * 41 not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "9999-99-99"},
        {"action": "no.such"},
        {"before": "x"},
        {"before": "9" * 30},
        {"actor": "a\u202eb"},
    ],
)
def test_a_filter_that_cannot_be_read_is_told(place, wrong):
    assert place.client("auditor").get(reverse(PAGE), wrong, follow=True).status_code == 422


def test_every_action_of_the_product_has_words(place):
    place.person()
    for action in AuditEntry.objects.values_list("action", flat=True):
        assert action in audit.ACTIONS


def test_the_number_of_queries_does_not_grow(place, django_assert_num_queries):
    client = place.client("auditor")
    note(place, actor=UserFactory())
    client.get(reverse(PAGE))
    with django_assert_num_queries(
        7
    ) as few:  # session, user, posts, policies in force, entries, last check, unread
        client.get(reverse(PAGE))
    for _number in range(5):
        note(place, actor=UserFactory(), acting_as=f"office@{place.root.code}")

    with django_assert_num_queries(len(few)):
        client.get(reverse(PAGE))


def test_entries_are_exported_with_a_reason_and_as_text(place):
    note(place, "imports.accepted", reason="=1+1")
    note(place, "imports.undone")
    client = place.client("auditor")

    refused = client.post(reverse("desk:audit-export"), {"action": "imports.accepted"})
    answer = client.post(reverse("desk:audit-export"), {"action": "imports.accepted", "reason": "季度检查"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (refused.status_code, answer.status_code, len(lines)) == (422, 200, 2)
    assert "'=1+1" in lines[1]
    assert answer["Content-Disposition"].startswith("attachment")
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.detail["entries"], entry.reason) == (1, "季度检查")


WRITERS = ("record", "record_each", "_record", "_note", "_count")  # and names that begin with the last three


def actions_in(path: Path) -> set[str]:
    """Every action that a module records, as far as it stands there as a text."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = [(getattr(call.func, "id", getattr(call.func, "attr", "")), call) for call in calls]
    given = [
        part.value
        for name, call in named
        if name in WRITERS or name.startswith(WRITERS[2:])
        for argument in call.args
        if not isinstance(argument, ast.JoinedStr)
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return {word for word in given if re.fullmatch(r"[a-z]+\.[a-z_]+", word)}


def test_every_action_that_is_recorded_has_words():
    """An auditor reads no codes."""
    source = Path(juxian.__file__).parent
    recorded = set().union(
        *(
            actions_in(path)
            for folder in ("apps", "web", "config")
            for path in (source / folder).rglob("*.py")
        )
    )

    assert len(recorded) > 200
    assert sorted(recorded - set(ACTIONS)) == []


def test_an_entry_says_from_where_and_as_whom_without_being_told(place, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    clerk, person = place.client("office"), place.person()
    fact = person.facts.get(kind="education")

    clerk.post(
        reverse("desk:fact-withdraw", args=[person.number, fact.pk]),
        {"reason": "有误"},
        headers={"x-forwarded-for": "8.8.4.4"},
    )
    record("packs.upgraded")

    entry = AuditEntry.objects.get(action="persons.fact_withdrawn")
    assert (entry.address, entry.acting_as) == ("8.8.4.4", f"office@{place.root.code}")
    later = AuditEntry.objects.get(action="packs.upgraded")
    assert (later.address, later.acting_as) == ("", "")


@pytest.mark.parametrize("function", ["desk:person-reveal", "desk:person-find"])
def test_a_reading_names_the_browser_behind_the_proxy(place, settings, function):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    person = place.person("测试甲", ID_NUMBER)
    parts = [person.number] if function == "desk:person-reveal" else []
    body = {
        "key": f"document-{person.documents.get().pk}",
        "reason": "核对",
        "document_number": ID_NUMBER,
    }

    place.client("office").post(reverse(function, args=parts), body, headers={"x-forwarded-for": "8.8.4.4"})

    entry = AuditEntry.objects.filter(subject_id=str(person.pk)).latest("pk")
    assert (entry.address, entry.acting_as) == ("8.8.4.4", f"office@{place.root.code}")
