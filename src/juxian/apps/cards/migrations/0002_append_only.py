"""Refuse in the database itself to change or delete the record of a use."""

from typing import Any

from django.db import migrations

DO = {
    "sqlite": (
        "CREATE TRIGGER cards_use_no_update BEFORE UPDATE ON cards_carduse "
        "BEGIN SELECT RAISE(ABORT, 'records of use are append-only'); END",
        "CREATE TRIGGER cards_use_no_delete BEFORE DELETE ON cards_carduse "
        "BEGIN SELECT RAISE(ABORT, 'records of use are append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION cards_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'records of use are append-only'; END $$",
        "CREATE TRIGGER cards_use_append_only BEFORE UPDATE OR DELETE ON cards_carduse "
        "FOR EACH ROW EXECUTE FUNCTION cards_refuse()",
    ),
}
UNDO = {
    "sqlite": ("DROP TRIGGER cards_use_no_update", "DROP TRIGGER cards_use_no_delete"),
    "postgresql": ("DROP TRIGGER cards_use_append_only ON cards_carduse", "DROP FUNCTION cards_refuse()"),
}


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
