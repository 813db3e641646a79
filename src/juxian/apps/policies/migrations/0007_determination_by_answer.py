"""A determination is an answer and a person: what it repeated of its run is gone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("persons", "0001_initial"), ("policies", "0006_answers_of_old_runs")]

    operations = [
        *(
            migrations.RemoveField("determination", name)
            for name in ("run", "policy", "benefit", "verdict", "snapshot")
        ),
        migrations.AlterField(
            "determination",
            "answer",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="determinations",
                to="policies.runanswer",
                verbose_name="结论",
            ),
        ),
        migrations.AlterField(
            "determination",
            "person",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="determinations",
                to="persons.person",
            ),
        ),
        migrations.AddConstraint(
            "determination",
            models.UniqueConstraint(fields=["answer", "person"], name="determination_once"),
        ),
    ]
