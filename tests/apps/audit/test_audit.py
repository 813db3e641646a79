"""The audit log is append-only, chained, signed outside the database, and finds tampering."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from juxian.apps.audit.actions import NotSound, record, sign_head
from juxian.apps.audit.models import COVERED, FIRST, AuditEntry
from juxian.apps.audit.queries import HEADS, exported, readings_of, touched, verify
from juxian.config.cli import main
from juxian.core.audit.heads import Forged
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """Where heads lie, apart from those of other tests."""
    settings.JUXIAN_AUDIT_HEADS = tmp_path / "heads"
    return settings.JUXIAN_AUDIT_HEADS / HEADS


def tamper(statement: str) -> None:
    """Change the table as somebody with the database in hand could: past the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_update")
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_entry_append_only")
        cursor.execute(statement)


def test_entries_are_chained_from_the_first() -> None:
    user, place = UserFactory(), OrganisationFactory()

    first = record("places.founded", actor=user, subject=place, detail={"名称": "测试"}, reason="开始")
    second = record("places.renamed", actor=user, subject=place)

    assert (first.previous, second.previous) == (FIRST, first.digest)
    assert (verify().entries, verify().broken) == (2, None)


def test_the_database_refuses_change() -> None:
    entries = AuditEntry.objects.filter(pk=record("x.done").pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entries.update(reason="other")


def test_the_database_refuses_deletion() -> None:
    entries = AuditEntry.objects.filter(pk=record("x.done").pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entries.delete()


def test_the_database_refuses_a_replacement() -> None:
    """SQLite deletes what a REPLACE replaces, without a trigger unless it is told to."""
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite; PostgreSQL knows no REPLACE")
    record("x.done")

    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute("REPLACE INTO audit_auditentry SELECT * FROM audit_auditentry")


def test_an_edited_entry_is_found() -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]

    tamper(f"UPDATE audit_auditentry SET reason = 'other' WHERE id = {entries[2].pk}")

    assert verify().broken == entries[2].pk


def test_a_deleted_entry_is_found() -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]

    tamper(f"DELETE FROM audit_auditentry WHERE id = {entries[1].pk}")

    assert verify().broken == entries[2].pk


def test_the_digest_covers_every_column_but_the_number_and_itself() -> None:
    columns = {field.attname for field in AuditEntry._meta.concrete_fields}

    assert columns - set(COVERED) == {"id", "digest"}
    assert sorted(COVERED) == list(COVERED)


# signed heads


def test_a_head_is_signed_when_something_is_new(heads) -> None:
    last = [record("x.done", reason=str(n)) for n in range(3)][-1]

    first, again = sign_head(), sign_head()
    record("x.done")
    second = sign_head()

    assert (first.number, first.entries, first.digest, again) == (last.pk, 3, last.digest, None)
    assert second.entries == 4
    assert (verify().heads, verify().holds) == (2, True)
    assert (heads.parent / "heads.pem").exists()


def test_an_empty_log_has_no_head() -> None:
    assert sign_head() is None


@pytest.mark.parametrize("last", [1, 2, 3])
def test_deleted_last_entries_are_found(last: int) -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]
    sign_head()

    tamper(f"DELETE FROM audit_auditentry WHERE id > {entries[-1].pk - last}")

    assert (verify().broken, verify().why) == (entries[-1].pk - last + 1, "cut")
    with pytest.raises(NotSound):
        sign_head()


def test_a_full_recomputation_is_found() -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]
    sign_head()
    previous = FIRST
    for entry in entries:
        entry.reason, entry.previous = "other", previous
        previous = entry.digest = entry.computed_digest()
        tamper_again(
            "UPDATE audit_auditentry SET reason = 'other', previous = %s, digest = %s WHERE id = %s",
            [entry.previous, entry.digest, entry.pk],
        )

    assert (verify().broken, verify().why) == (entries[0].pk, "recomputed")
    with pytest.raises(NotSound):
        sign_head()


def tamper_again(statement: str, values: list[object]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_entry_append_only")
        cursor.execute(statement, values)


def test_a_changed_file_of_heads_is_found(heads) -> None:
    record("x.done")
    sign_head()
    heads.write_text(heads.read_text().replace('"entries":1', '"entries":2'))

    assert (verify().forged, verify().holds) == (1, False)
    record("x.done")
    with pytest.raises(Forged):
        sign_head()


# commands


def told(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_the_commands_sign_verify_and_export(capsys, tmp_path) -> None:
    user = UserFactory()
    entries = [record("x.done", actor=user, detail={"名": "值"}) for _n in range(2)]

    assert main(["audit", "sign", "--json"]) == 0
    assert told(capsys)["head"]["number"] == entries[-1].pk
    assert main(["audit", "verify", "--json"]) == 0
    assert told(capsys) == {"entries": 2, "broken": None, "why": "", "heads": 1, "forged": None}
    assert main(["audit", "export", str(tmp_path / "log.jsonl"), "--json"]) == 0
    assert told(capsys)["entries"] == 2

    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(line["number"], line["digest"], line["content"]) for line in lines] == list(
        exported(AuditEntry.objects.exclude(action="audit.exported"))
    )
    tamper(f"DELETE FROM audit_auditentry WHERE id >= {entries[-1].pk}")
    assert main(["audit", "verify"]) == 1


def test_nothing_is_verified_against_heads_that_are_not_there(capsys, tmp_path) -> None:
    record("x.done")

    assert main(["audit", "verify", "--heads", str(tmp_path / "typo.jsonl")]) == 1
    assert "typo.jsonl" in capsys.readouterr().err
    assert main(["audit", "verify", "--lang", "en"]) == 0
    assert "No heads to compare with" in capsys.readouterr().err


def test_the_drill_names_persons_and_fields(capsys) -> None:
    from juxian.apps.persons.models import Person
    from tests.factories import PersonFactory

    clerk, other = UserFactory(username="misused"), UserFactory()
    persons: list[Person] = [PersonFactory(), PersonFactory()]
    record(
        "persons.value_revealed",
        actor=clerk,
        subject=persons[0],
        detail={"value": "document-1"},
        address="10.0.0.9",
    )
    record("persons.record_opened", actor=clerk, subject=persons[0])
    record("persons.record_opened", actor=other, subject=persons[1])

    assert main(["audit", "drill", "--user", "misused", "--json"]) == 0
    (found,) = told(capsys)["persons"]
    assert (found["person"], found["fields"]) == (persons[0].number, ["document-1"])
    assert found["actions"] == {"persons.value_revealed": 1, "persons.record_opened": 1}
    assert main(["audit", "drill", "--address", "10.0.0.9", "--json"]) == 0
    assert len(told(capsys)["persons"]) == 1
    assert len(touched()) == 2
    assert main(["audit", "drill", "--user", "nobody"]) == 1
    assert main(["audit", "drill"]) == 2
    assert [entry.action for entry in readings_of(persons[0])] == [
        "persons.record_opened",
        "persons.value_revealed",
    ]
