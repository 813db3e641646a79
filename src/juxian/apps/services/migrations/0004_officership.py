"""Officers of people in rows of their own, that go with a person through a merge and keep when they ended."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep(apps: Any, _schema_editor: Any) -> None:
    """What stood in the old table, one row for each person."""
    before, after = apps.get_model("services", "OfficerOf"), apps.get_model("services", "Officership")
    for row in before.objects.order_by("person_id").iterator():
        after.objects.create(person_id=row.person_id, officer_id=row.officer_id, since=row.since)


def keep_back(apps: Any, _schema_editor: Any) -> None:
    before, after = apps.get_model("services", "OfficerOf"), apps.get_model("services", "Officership")
    for row in after.objects.filter(until=None).order_by("pk").iterator():
        before.objects.create(person_id=row.person_id, officer_id=row.officer_id, since=row.since)


class Migration(migrations.Migration):
    dependencies = [
        ("persons", "0003_disputes"),
        ("services", "0003_bulk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Officership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(blank=True, null=True, verbose_name="止")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="专员",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="officerships",
                        to="persons.person",
                        verbose_name="人才",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务专员",
                "verbose_name_plural": "服务专员",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("until", None)),
                        fields=["officer", "id"],
                        name="officership_standing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("person",),
                        name="officership_standing_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="officership_until_not_before",
                    ),
                ],
            },
        ),
        migrations.RunPython(keep, keep_back),
        migrations.DeleteModel(name="OfficerOf"),
    ]
