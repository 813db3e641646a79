"""The different answers of a run in one table, and what it answered about each person in one row."""

import django.db.models.deletion
from django.db import migrations, models

PARTS = {"policy": "政策", "benefit": "待遇"}


class Migration(migrations.Migration):
    dependencies = [("persons", "0001_initial"), ("policies", "0004_draft_cases")]

    operations = [
        migrations.AddField("sweeprun", "cursor", models.BigIntegerField(default=0, verbose_name="进度")),
        migrations.AddField(
            "sweeprun", "touched_at", models.DateTimeField(blank=True, null=True, verbose_name="最近写入")
        ),
        migrations.CreateModel(
            name="RunAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveIntegerField(verbose_name="序号")),
                ("policy", models.CharField(max_length=64, verbose_name="政策")),
                ("benefit", models.CharField(max_length=64, verbose_name="待遇")),
                ("version", models.DateField(blank=True, null=True, verbose_name="施行日")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("yes", "符合"), ("no", "不符合"), ("unknown", "待补充材料")],
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                ("failed", models.BigIntegerField(default=0, verbose_name="未通过条款")),
                ("persons", models.PositiveIntegerField(default=0, verbose_name="人数")),
                ("amount_fen", models.BigIntegerField(default=0, verbose_name="金额（分）")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="policies.sweeprun",
                        verbose_name="筛查",
                    ),
                ),
            ],
            options={
                "verbose_name": "结论",
                "verbose_name_plural": "结论",
                "indexes": [
                    models.Index(fields=["run", "policy", "benefit", "verdict"], name="run_answer_benefit")
                ],
                "constraints": [models.UniqueConstraint(fields=["run", "place"], name="run_answer_place")],
            },
        ),
        migrations.CreateModel(
            name="RunPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.BinaryField(default=b"", verbose_name="结论序号")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="persons.person",
                        verbose_name="人才",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="policies.sweeprun",
                        verbose_name="筛查",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.profilesnapshot",
                        verbose_name="画像快照",
                    ),
                ),
            ],
            options={
                "verbose_name": "逐人结论",
                "verbose_name_plural": "逐人结论",
                "constraints": [models.UniqueConstraint(fields=["person", "run"], name="run_person_once")],
            },
        ),
        migrations.AddField(
            "determination",
            "answer",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="determinations",
                to="policies.runanswer",
                verbose_name="结论",
            ),
        ),
        migrations.RemoveConstraint("determination", "determination_once"),
        migrations.RemoveIndex("determination", "determination_benefit"),
        migrations.AlterField(
            "determination",
            "run",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="determinations",
                to="policies.sweeprun",
            ),
        ),
        *(
            migrations.AlterField(
                "determination", name, models.CharField(max_length=64, null=True, verbose_name=title)
            )
            for name, title in PARTS.items()
        ),
        migrations.AlterField(
            "determination", "verdict", models.CharField(max_length=8, null=True, verbose_name="结论")
        ),
    ]
