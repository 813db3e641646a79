"""The audit log is append-only, chained, and finds tampering."""

import pytest
from django.db import DatabaseError, connection, transaction

from juxian.apps.audit.actions import record
from juxian.apps.audit.models import FIRST, AuditEntry
from juxian.apps.audit.queries import verify
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


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


def test_an_edited_entry_is_found() -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]

    tamper(f"UPDATE audit_auditentry SET reason = 'other' WHERE id = {entries[2].pk}")

    assert verify().broken == entries[2].pk


def test_a_deleted_entry_is_found() -> None:
    entries = [record("x.done", reason=str(n)) for n in range(4)]

    tamper(f"DELETE FROM audit_auditentry WHERE id = {entries[1].pk}")

    assert verify().broken == entries[2].pk
