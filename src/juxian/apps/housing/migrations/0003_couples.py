import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("housing", "0002_wish"),
        ("persons", "0005_fact_fact_withdrawn"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="spouse",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="persons.person",
                verbose_name="共同承租人",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("spouse__isnull", False), ("state__in", ("waiting", "incomplete"))),
                fields=("spouse",),
                name="housing_one_live_household",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("spouse", None), models.Q(("spouse", models.F("person")), _negated=True), _connector="OR"
                ),
                name="housing_applicant_and_spouse",
            ),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("state", "ended"), _negated=True), ("spouse__isnull", False)),
                fields=("spouse",),
                name="housing_one_lease_of_a_spouse",
            ),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("spouse", None), models.Q(("spouse", models.F("person")), _negated=True), _connector="OR"
                ),
                name="housing_tenant_and_spouse",
            ),
        ),
    ]
