"""What load balancers, monitoring and finders of weaknesses ask for."""

import shutil
from collections import namedtuple
from datetime import date

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_site_that_is_migrated_and_has_room_is_ready():
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


def test_what_is_missing_is_told_with_503(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 0))
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations", "disk"])


def test_a_contact_is_told_when_the_site_has_set_one(settings):
    settings.JUXIAN_TODAY = date(2026, 1, 1)
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.JUXIAN_SECURITY_CONTACT = "mailto:security@talent.example"

    lines = Client().get("/.well-known/security.txt").content.decode().splitlines()

    assert lines[:2] == ["Contact: mailto:security@talent.example", "Expires: 2026-06-30T00:00:00Z"]
