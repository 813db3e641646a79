import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("housing", "0004_photos"),
        ("services", "0007_system_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="in_repair",
            field=models.BooleanField(default=False, verbose_name="维修中"),
        ),
        migrations.CreateModel(
            name="Repair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=120, verbose_name="报修类别")),
                ("detail", models.CharField(blank=True, max_length=500, verbose_name="故障描述")),
                ("unfit", models.BooleanField(default=False, verbose_name="不能居住")),
                ("reported_on", models.DateField(verbose_name="报修日期")),
                ("begun_on", models.DateField(null=True, verbose_name="派单日期")),
                ("ended_on", models.DateField(null=True, verbose_name="办结日期")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "同意"),
                            ("refused", "不同意"),
                            ("withdrawn", "已撤回"),
                            ("lapsed", "逾期终止"),
                            ("closed", "已办结"),
                        ],
                        max_length=10,
                        verbose_name="办理结果",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flat_repair",
                        to="services.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "lease",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="housing.lease",
                        verbose_name="租约",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="housing.unit",
                        verbose_name="房屋",
                    ),
                ),
            ],
            options={
                "verbose_name": "维修记录",
                "verbose_name_plural": "维修记录",
                "ordering": ["-reported_on", "-id"],
                "indexes": [models.Index(fields=["unit", "-reported_on"], name="housing_repair_unit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on", None), ("result", "")),
                            models.Q(models.Q(("result", ""), _negated=True), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="housing_repair_ended",
                    )
                ],
            },
        ),
    ]
