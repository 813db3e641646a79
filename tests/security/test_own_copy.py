"""A person's own copy holds what is held about them, with the files themselves (个人信息副本)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.files.actions import store_file
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import path_of
from juxian.apps.persons.models import Person
from juxian.apps.services.models import Case, CaseFile
from juxian.apps.services.queries.materials import PURPOSE
from tests.security.world import OWN_PASSWORD, World

# what the copy tells of, and what it leaves out with the reason
TOLD = {
    *("persons.IdentityDocument", "persons.Fact", "persons.Resolution", "corrections.Correction", "corrections.Confirmation"),
    *("policies.Found", "pools.Membership", "funds.Grant", "funds.PayeeAccount", "funds.Seat", "housing.Application"),
    *("housing.Lease", "housing.Ban", "services.Case", "services.CaseEvent", "services.CaseEffect", "services.CaseLetter"),
    *("services.CaseFile", "services.Rating", "services.Officership", "cards.Card", "imports.Row", "privacy.Consent"),
    *("privacy.ErasureRequest", "collectives.Stay", "collectives.Pairing", "attrition.AttritionWarning"),
}  # fmt: skip
LEFT_OUT = {
    **dict.fromkeys(("persons.Profile", "persons.SearchTerm", "linking.Trace", "stocktake.TakeRow"), "derived from facts"),
    **dict.fromkeys(("policies.RunPerson", "policies.Determination", "policies.Examined", "policies.Turning"), "derived from facts"),
    **dict.fromkeys(("linking.Pair", "linking.Decision", "linking.Merge", "persons.Person"), "about two records, one of another"),
    "funds.Couple": "about two records, one of another",
    "accounts.User": "the account is on its own page",
    "exchange.Pushed": "keys of the sending system",
    **dict.fromkeys(("services.BulkRow", "services.AgendaItem", "services.SystemCase"), "the unit's, the conference's, the system's"),
    **dict.fromkeys(("services.Turn", "services.Seat", "services.Timer"), "work of the office; its history is told"),
    **dict.fromkeys(("services.Draft", "housing.Repair"), "on its own page, and in the answers of the case"),
    "services.VisitorWord": "a secret, of people without a record",
}  # fmt: skip


def hand_in(world: World, name: str) -> StoredFile:
    """A file of the person's case."""
    upload = SimpleUploadedFile(name, f"内容 {name}".encode(), "text/plain")
    user = world.users["person"]
    file = store_file(upload=upload, home=world.here.place.root, by=user, purpose=PURPOSE)
    CaseFile.objects.create(
        case=world.here.case, material="proof", file=file, version=world.here.case.version
    )
    return file


def copy_of(world: World) -> tuple[dict[str, Any], zipfile.ZipFile]:
    answer = world.client("person").post(reverse("portal:privacy-export"), {"password": OWN_PASSWORD})
    assert answer.status_code == 200
    assert isinstance(answer, FileResponse)
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    return json.loads(archive.read("my-data.json")), archive


def test_a_copy_holds_cases_payments_leases_cards_and_messages(world: World) -> None:
    person = world.here.person

    found, archive = copy_of(world)

    cases = {case["number"]: case for case in found["cases"]}
    assert set(cases) == set(Case.objects.filter(person=person).values_list("number", flat=True))
    assert cases[world.here.case.number]["answers"]
    assert cases[world.here.case.number]["history"]
    for part in (
        "facts",
        "grants",
        "payments",
        "accounts",
        "leases",
        "rents",
        "cards",
        "card_uses",
        "pools",
    ):
        assert found[part], part  # the world has one of each
    for part in (
        "messages",
        "consents",
        "corrections",
        "rosters",
        "officers",
        "housing_bans",
        "erasure_requests",
    ):
        assert isinstance(found[part], list)
    page = archive.read("my-data.html").decode()
    assert world.here.card is not None
    assert world.here.card.number in page


def test_a_copy_holds_the_files_themselves(world: World) -> None:
    own = [hand_in(world, f"材料{number}.txt") for number in range(2)]

    found, archive = copy_of(world)

    sums = {
        hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name.startswith("files/")
    }
    assert {item.sha256 for item in own} <= sums
    assert sorted(found["files"]) == sorted(name for name in archive.namelist() if name.startswith("files/"))
    assert all(".." not in name and name.count("/") == 2 for name in found["files"])
    assert archive.testzip() is None
    entry = AuditEntry.objects.filter(action="privacy.exported").latest("pk")
    assert entry.detail["files"] == len(found["files"])


def test_a_file_that_is_gone_is_told(world: World) -> None:
    path_of(hand_in(world, "材料.txt")).unlink()

    found, archive = copy_of(world)

    assert [path.rpartition("-")[2] for path in found["files_missing"]] == ["材料.txt"]
    assert archive.testzip() is None


def test_nobody_else_is_in_a_copy(world: World) -> None:
    found, _archive = copy_of(world)

    others = (
        Person.objects.exclude(pk=world.here.person.pk).exclude(number="").values_list("number", flat=True)
    )
    text = json.dumps(found, ensure_ascii=False)
    assert [number for number in others if number in text] == []


def test_everything_that_is_held_about_a_person_is_told_or_left_out_for_a_reason() -> None:
    held = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in (Person, Case)
    }

    assert held - TOLD - set(LEFT_OUT) == set()
    assert (TOLD | set(LEFT_OUT)) - held == set()
