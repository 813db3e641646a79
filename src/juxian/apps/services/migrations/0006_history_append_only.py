"""Refuse in the database itself to change or delete a line of a case's history."""

from typing import Any

from django.db import migrations

SAYS = "'the history of a case is append-only'"
DO = {
    "sqlite": tuple(
        f"CREATE TRIGGER case_event_no_{word.lower()} BEFORE {word} ON services_caseevent "
        f"BEGIN SELECT RAISE(ABORT, {SAYS}); END"
        for word in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION case_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {SAYS}; END $$",
        "CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE ON services_caseevent "
        "FOR EACH ROW EXECUTE FUNCTION case_event_refuse()",
    ),
}
UNDO = {
    "sqlite": ("DROP TRIGGER case_event_no_update", "DROP TRIGGER case_event_no_delete"),
    "postgresql": (
        "DROP TRIGGER case_event_append_only ON services_caseevent",
        "DROP FUNCTION case_event_refuse()",
    ),
}


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("services", "0005_rating_index")]
    operations = [migrations.RunPython(forwards, backwards)]
