"""Refuse change and deletion of words of consent in the database itself; a merge of records moves them to another person."""

from typing import Any

from django.db import migrations

SAYS = "'consent records are append-only'"
COLUMNS = "purpose, title, given, at, by_id"
DO = {
    "sqlite": (
        f"CREATE TRIGGER consent_no_update BEFORE UPDATE OF {COLUMNS} ON privacy_consent "
        f"BEGIN SELECT RAISE(ABORT, {SAYS}); END",
        f"CREATE TRIGGER consent_no_delete BEFORE DELETE ON privacy_consent BEGIN SELECT RAISE(ABORT, {SAYS}); END",
    ),
    "postgresql": (
        "CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {SAYS}; END $$",
        f"CREATE TRIGGER consent_append_only BEFORE DELETE OR UPDATE OF {COLUMNS} ON privacy_consent "
        "FOR EACH ROW EXECUTE FUNCTION consent_refuse()",
    ),
}
UNDO = {
    "sqlite": ("DROP TRIGGER consent_no_update", "DROP TRIGGER consent_no_delete"),
    "postgresql": ("DROP TRIGGER consent_append_only ON privacy_consent", "DROP FUNCTION consent_refuse()"),
}


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
