"""Refuse in the database itself to change or delete what was posted, and to rename an account."""

from typing import Any

from django.db import migrations

SQLITE = (
    *(
        f"CREATE TRIGGER funds_{table}_no_{word.lower()} BEFORE {word} ON funds_{table} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for table in ("entry", "posting")
        for word in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER funds_account_keeps BEFORE UPDATE OF name, kind, unit ON funds_account "
    "WHEN old.name <> new.name OR old.kind <> new.kind OR old.unit <> new.unit "
    "BEGIN SELECT RAISE(ABORT, 'an account keeps its name, kind and unit'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION funds_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$",
    *(
        f"CREATE TRIGGER funds_{table}_append_only BEFORE UPDATE OR DELETE ON funds_{table} "
        "FOR EACH ROW EXECUTE FUNCTION funds_refuse('the ledger is append-only')"
        for table in ("entry", "posting")
    ),
    "CREATE TRIGGER funds_account_keeps BEFORE UPDATE OF name, kind, unit ON funds_account FOR EACH ROW "
    "WHEN (old.name <> new.name OR old.kind <> new.kind OR old.unit <> new.unit) "
    "EXECUTE FUNCTION funds_refuse('an account keeps its name, kind and unit')",
)
UNDO = {
    "sqlite": (
        "DROP TRIGGER funds_account_keeps",
        *(
            f"DROP TRIGGER funds_{table}_no_{word}"
            for table in ("entry", "posting")
            for word in ("update", "delete")
        ),
    ),
    "postgresql": (
        "DROP TRIGGER funds_account_keeps ON funds_account",
        "DROP TRIGGER funds_entry_append_only ON funds_entry",
        "DROP TRIGGER funds_posting_append_only ON funds_posting",
        "DROP FUNCTION funds_refuse()",
    ),
}
DO = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_ledger")]
    operations = [migrations.RunPython(forwards, backwards)]
