"""A use that was recorded by mistake may be taken back; the database keeps that record as it keeps the use."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DO = {
    "sqlite": tuple(
        f"CREATE TRIGGER cards_reversal_no_{word.lower()} BEFORE {word} ON cards_usereversal "
        "BEGIN SELECT RAISE(ABORT, 'records of use are append-only'); END"
        for word in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE TRIGGER cards_reversal_append_only BEFORE UPDATE OR DELETE ON cards_usereversal "
        "FOR EACH ROW EXECUTE FUNCTION cards_refuse()",
    ),
}
UNDO = {
    "sqlite": ("DROP TRIGGER cards_reversal_no_update", "DROP TRIGGER cards_reversal_no_delete"),
    "postgresql": ("DROP TRIGGER cards_reversal_append_only ON cards_usereversal",),
}


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [
        ("cards", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="UseReversal",
            fields=[
                (
                    "use",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reversal",
                        serialize=False,
                        to="cards.carduse",
                        verbose_name="使用记录",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("at", models.DateTimeField(verbose_name="撤回时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤回人",
                    ),
                ),
            ],
            options={"verbose_name": "使用记录撤回", "verbose_name_plural": "使用记录撤回"},
        ),
        migrations.RunPython(forwards, backwards),
    ]
