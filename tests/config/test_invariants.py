"""``juxian invariants`` finds each thing that must not be."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from juxian.apps.imports.actions import accept_batch, stage_file, undo_batch
from juxian.apps.imports.models import Batch, Row
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, IdentityDocument, NumberSeries, Person, Profile
from juxian.config.cli import main
from juxian.config.invariants import CHECKS, Scope, search
from tests import rosters
from tests.factories import EmployerFactory, OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.JUXIAN_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def batch() -> Batch:
    """Three persons from one roster."""
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan")
    hospital = EmployerFactory(
        code="jyg-first-hospital", name="嘉峪关市第一人民医院", parent=home, aliases=["市第一医院"]
    )
    staged = stage_file(
        data=rosters.plain().data,
        file_name="a.xlsx",
        organisation=hospital,
        as_of=date(2026, 1, 15),
        by=None,
        at_once=True,
    )
    return accept_batch(batch=staged, by=None)


def violations() -> dict[str, list[str]]:
    """What each check names, in English; checks without a finding are left out."""
    found = {name: [words.en for words in result.violations] for name, result in search(Scope(every=True))}
    return {name: words for name, words in found.items() if words}


def first() -> Person:
    return Person.objects.order_by("pk")[0]


def test_a_sound_register_has_no_violation(batch: Batch) -> None:
    counted = {name: result.checked for name, result in search(Scope(every=True))}

    assert violations() == {}
    assert (counted["batch_sums"], counted["profiles_derived"], counted["files"], counted["sealed"]) == (
        1,
        3,
        1,
        4,
    )


def test_an_undone_batch_is_sound(batch: Batch) -> None:
    undo_batch(batch=batch, by=UserFactory(), reason="测试")

    assert violations() == {}


def test_a_count_that_is_not_that_of_the_rows(batch: Batch) -> None:
    Batch.objects.update(rows_done=2)

    assert violations() == {"batch_sums": [f"batch {batch.pk}: rows_done says 2, there are 3"]}


def test_an_accepted_row_that_was_not_recorded(batch: Batch) -> None:
    Row.objects.filter(number=2).update(recorded_at=None)
    Batch.objects.update(rows_done=2)

    assert violations() == {
        "batch_states": [f"batch {batch.pk} (accepted): 1 accepted rows were not recorded"]
    }


def test_facts_that_stand_after_their_batch_was_undone(batch: Batch) -> None:
    facts = Fact.objects.count()
    Batch.objects.update(state="undone")

    assert violations()["batch_states"] == [
        f"batch {batch.pk} (undone): has no time of undoing",
        f"batch {batch.pk} (undone): {facts} facts stand after it was undone",
    ]


def test_a_recorded_row_without_a_person(batch: Batch) -> None:
    Row.objects.filter(number=3).update(person=None)

    assert violations() == {
        "batch_states": [f"batch {batch.pk} row 3: recorded, but accepted or without a person"]
    }


def test_a_number_beyond_the_series(batch: Batch) -> None:
    NumberSeries.objects.update(last=2)

    assert violations() == {"numbers": ["jiayuguan: the series stands at 2, but 3 is in use"]}


def test_a_document_number_of_two_persons(batch: Batch) -> None:
    one, other = Person.objects.order_by("pk")[:2]
    document = IdentityDocument.objects.get(person=one)
    IdentityDocument.objects.filter(person=other).delete()
    IdentityDocument.objects.create(
        person=other,
        kind=document.kind,
        sealed=document.sealed,
        digest=document.digest,
        masked=document.masked,
        source=document.source,
    )

    assert violations() == {
        "documents": [f"{other.number}: the document number stands in 2 records of jiayuguan, 2 times"]
    }


def test_profiles_that_are_lacking_idle_or_astray(batch: Batch) -> None:
    one, two, three = Person.objects.order_by("pk")
    Profile.objects.filter(person=one).delete()
    Fact.objects.filter(person=two).update(withdrawn_at=batch.accepted_at)
    Profile.objects.filter(person=three).update(home=Organisation.objects.get(code="jyg-first-hospital"))

    assert violations() == {
        "profiles_present": [
            f"{one.number}: has facts and no profile",
            f"{two.number}: has a profile and no fact",
            f"{three.number}: the profile is of another jurisdiction",
        ]
    }


def test_a_person_without_facts_needs_no_profile(batch: Batch) -> None:
    PersonFactory(home=batch.home)

    assert violations() == {}


@pytest.mark.parametrize("change", [{"gender": "other"}, {"values": {}}], ids=("column", "values"))
def test_a_profile_that_is_not_what_the_facts_give(batch: Batch, change: dict[str, Any]) -> None:
    Profile.objects.filter(person=first()).update(**change)

    [told] = violations().pop("profiles_derived")

    assert told.startswith(f"{first().number}: the profile is not what the facts give (")
    assert "gender" in told


def test_files_that_are_lost_left_over_or_changed(batch: Batch, files: Path) -> None:
    stored = files / "rosters" / batch.stored_name
    for name in ("old", "being-handed-in"):
        (files / "rosters" / name).write_bytes(b"x")
    os.utime(files / "rosters" / "old", (0, 0))
    stored.write_bytes(stored.read_bytes()[:-1])

    changed = violations()
    stored.unlink()
    lost = violations()

    name = f"rosters/{batch.stored_name}"
    assert changed == {
        "files": ["file rosters/old is named by nothing"],
        "sealed": [f"file {name} does not open, or is not what batch {batch.pk} received"],
    }
    assert lost["files"] == [
        f"file {name} is named and does not exist",
        "file rosters/old is named by nothing",
    ]


def test_a_document_number_that_does_not_open(batch: Batch) -> None:
    IdentityDocument.objects.filter(person=first()).update(sealed=b"\x01" + b"x" * 40)

    assert violations() == {
        "sealed": [f"{first().number}: the document number does not open, or is not that of digest and mask"]
    }


def test_an_audit_entry_that_was_changed(batch: Batch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_no_update")
        cursor.execute(
            "UPDATE audit_auditentry SET reason = 'x' WHERE id = (SELECT max(id) FROM audit_auditentry)"
        )

    assert list(violations()) == ["audit"]


@pytest.mark.django_db(transaction=True)
def test_the_command_names_every_violation_and_holds_nobody_up(capsys: pytest.CaptureFixture[str]) -> None:
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan")
    Profile.objects.create(person=PersonFactory(home=home), home=home, derived_for=date(2026, 1, 15))

    status = main(["invariants", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert (status, found["ok"]) == (1, False)
    assert [check["name"] for check in found["checks"]] == list(CHECKS)
    assert [check["name"] for check in found["checks"] if check["violations"]] == ["profiles_present"]
    assert not connection.in_atomic_block
    assert not connection.connection.in_transaction


def test_the_command_ends_with_0_when_everything_holds(
    batch: Batch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["invariants", "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{len(CHECKS)} checks, 0 violations.\n"
