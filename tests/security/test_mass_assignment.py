"""What a form does not ask for is not taken from the request (多余字段一律不取)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.cache import cache as remembered
from django.db import models
from django.urls import reverse

from tests.security.bodies import body_of
from tests.security.harvest import ROLES, Harvest
from tests.security.matrix import Function, read_matrix
from tests.security.world import OWN_TABLES, World, undone, written

POSTED = [item for item in read_matrix().functions.values() if "allow" in item.outcomes["POST"].values()]
OFTEN_TRIED = (
    "status", "state", "owner", "owner_id", "amount", "amount_fen", "score", "tenant", "level", "talent_level", "home", "home_id", "verification",
    "is_demo", "is_staff", "is_superuser", "role", "user", "user_id", "person_id", "by", "actor", "pk", "id", "next_state", "approved", "_method",
    "csrf", "pack", "path", "number", "merged_into", "recorded_by", "added_by", "uploaded_by", "groups", "user_permissions",
)  # fmt: skip
CHANGING = {
    "digest",
    "previous",
    "stored_name",
    "sealed",
    "subject_id",
    "session_key",
}  # differ from run to run by themselves

# what forms ask for that stand on pages of another state, or are sent without being filled in
ASKED = {
    "portal:case-act": {"action", "task", "version", "reason"},
    "portal:case-rate": {"stars", "words", "comment"},
    "desk:budget-change-new": {
        "kind",
        "year",
        "fund",
        "line",
        "other",
        "source",
        "amount",
        "promises",
        "document",
    },
    "desk:budget-change-act": {"step", "seen", "reason"},
    "desk:budget-year-reserve": {"year"},
    "desk:recovery-act": {"reason", "amount", "day", "reference", "parts"},
    "desk:housing-draw-new": {"title", "flats", "witness", "public", "reveal_by"},
    "desk:import-refused": {"reason"},
    "messages": {"channels", "digest", "language"},
}
LEADING = "seek"  # to a page with the parameters that were sent, which that page reads or not
# random names of files, ids of entries, numbers and codes of cards: rows are counted
RANDOM = {"desk:counter", "desk:housing-draw-new", "desk:card-issue", "desk:card-reissue", "desk:card-use"}
_DRAWN = re.compile(r"[A-Z]{2,4}(-[2-9A-Z]{4}){2}")  # the number of a card


def forged(world: World) -> dict[str, str]:
    """Every column of every table with a value that would matter, and names that are often tried."""
    values: dict[str, str] = dict.fromkeys(OFTEN_TRIED, "1")
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            values[field.name] = values[field.attname] = _forged_value(field, world)
    return values


def _forged_value(field: models.Field[Any, Any], world: World) -> str:
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    if isinstance(field, models.ForeignKey | models.OneToOneField):
        return str(world.there.place.root.pk)
    if isinstance(field, models.BooleanField):
        return "true"
    if isinstance(field, models.DateField):
        return "1999-01-01"
    return "7" if isinstance(field, models.IntegerField) else "forged"


def register_as_it_is(tables: Container[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables without keys, moments and what is random; equal when two requests did the same."""

    @cache
    def rows(model: type[models.Model]) -> dict[Any, models.Model]:
        return {row.pk: row for row in model._base_manager.all()}

    @cache
    def told(target: type[models.Model], pk: Any) -> str:
        return str(rows(target)[pk])[:60]

    return {
        model._meta.label: sorted(
            (
                tuple(_comparable(row, field, told) for field in _compared(model))
                for row in rows(model).values()
            ),
            key=repr,
        )
        for model in apps.get_models()
        if model._meta.db_table in tables and model._meta.db_table not in OWN_TABLES
    }


def _compared(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [
        item for item in model._meta.concrete_fields if not item.primary_key and item.name not in CHANGING
    ]


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # under which a file is kept
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*")


def _comparable(row: models.Model, field: models.Field[Any, Any], told: Callable[[Any, Any], str]) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, datetime):
        return "a moment"
    if isinstance(field, models.ForeignKey | models.OneToOneField) and value is not None:
        target = field.related_model
        words = re.sub(r" object [(][0-9]+[)]$", "", told(target, value))
        return f"{target._meta.label}: {words}"  # type: ignore[union-attr]
    if field.name == "detail":
        return re.sub(r"\d+", "#", repr(value))  # keys of new rows, which PostgreSQL counts on
    if isinstance(value, str | UUID | dict | list):
        return _UUID.sub(
            "an id", _MOMENT.sub("a moment", str(value))
        )  # moments: inside what is sent to other systems
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("function", POSTED, ids=lambda function: function.name)
def test_what_no_form_asks_for_is_ignored(world: World, found: Harvest, function: Function) -> None:
    known = [form for form in found.forms if form.method == "POST"]
    address = reverse(function.name, kwargs=world.here.arguments(function.address))
    for actor in ROLES:
        if function.outcome("POST", actor) != "allow":
            continue
        asked = {name for form in known if form.action == address for name in form.fields}
        asked |= ASKED.get(function.name, set())
        extra = {name: value for name, value in forged(world).items() if name not in asked}
        assert len(extra) > 100

        plain = _done(world, function, actor, address, {})
        with_extra = _done(world, function, actor, address, extra)

        assert with_extra[:2] == plain[:2], actor
        assert set(with_extra[2]) == set(plain[2]), actor
        differing = {
            label: [row for row in rows if row not in with_extra[2][label]][:2]
            + [row for row in with_extra[2][label] if row not in rows][:2]
            for label, rows in plain[2].items()
            if rows != with_extra[2][label]
        }
        if function.name in RANDOM:
            assert {label: len(rows) for label, rows in plain[2].items()} == {
                label: len(rows) for label, rows in with_extra[2].items()
            }
        else:
            assert differing == {}, actor


def _done(
    world: World, function: Function, actor: str, address: str, extra: dict[str, str]
) -> tuple[int, str, dict[str, list[tuple[Any, ...]]]]:
    remembered.clear()  # whose record was opened today is written down once
    with undone(), written() as tables:
        body = body_of(function.name, world.here, world.users[actor])
        answer = world.client(actor).post(address, extra | body)
        where = _DRAWN.sub("#", answer.headers.get("Location", "")).rstrip("0123456789/")
        if function.name == LEADING:
            where = where.partition("?")[0]
        return answer.status_code, where, register_as_it_is(tables)


def test_the_comparison_sees_a_forged_column(world: World) -> None:
    """So that the tests above would notice: one column changed by hand makes two states differ."""
    before = register_as_it_is(["persons_fact"])

    with written() as tables:
        world.there.person.facts.update(verification="verified")

    assert tables == {"persons_fact"}
    assert register_as_it_is(tables) != before
    assert hashlib.sha256(repr(before).encode()).hexdigest()


# values that a form does ask for, but that are not the user's to choose


def test_an_employer_hands_in_for_nobody_else(world: World) -> None:
    for organisation in (world.here.place.root, world.here.unit, world.there.place.root):
        body = body_of("desk:import-new", world.here) | {"organisation": organisation.pk}

        answer = world.client("employer").post(reverse("desk:import-new"), body)

        assert answer.status_code == 422


def test_a_row_joins_no_record_that_the_user_may_not_see(world: World) -> None:
    address = reverse("desk:import-row", kwargs=world.here.arguments({"pk": "batch", "row": "row"}))

    for actor in ("office", "employer"):
        answer = world.client(actor).post(
            address, {"decision": "same_person", "person": world.there.person.number}
        )

        assert answer.status_code == 422


def test_a_key_of_another_person_reveals_nothing(world: World) -> None:
    address = reverse("desk:person-reveal", args=[world.here.person.number])
    other = world.there.person
    keys = [
        f"document-{other.documents.get().pk}",
        f"fact-{other.facts.get(kind='contact').pk}-phone",
        f"fact-{world.here.person.facts.get(kind='identity').pk}-name",
        "",
        "document-",
        "fact-1-__class__",
    ]

    answers = [world.client("office").post(address, {"key": key, "reason": "核对"}) for key in keys]

    assert [answer.status_code for answer in answers] == [404] * len(keys)


def test_a_fact_of_another_person_is_not_taken_back(world: World) -> None:
    fact = world.there.person.facts.get(kind="education")
    address = reverse("desk:fact-withdraw", args=[world.here.person.number, fact.pk])

    answer = world.client("office").post(address, {"reason": "核对"})

    fact.refresh_from_db()
    assert (answer.status_code, fact.withdrawn_at) == (404, None)


def test_a_post_of_somebody_else_is_not_acted_in(world: World) -> None:
    other = world.users["leader"]
    assert other

    answer = world.client("office").post(reverse("post"), {"post": other.posts.get().pk})

    assert answer.status_code == 404
