from django.db import migrations, models

from juxian.apps.at_work import AddIndexAtWork

UNVERIFIED = models.Q(("verification", "unverified"), ("withdrawn_at", None))


class Migration(migrations.Migration):
    atomic = False  # indexes are built beside those who write
    dependencies = [("persons", "0009_sensitive_values_sealed")]

    operations = [
        AddIndexAtWork(
            model_name="fact",
            index=models.Index(condition=UNVERIFIED, fields=["id"], name="fact_unverified"),
        ),
        AddIndexAtWork(
            model_name="fact",
            index=models.Index(condition=UNVERIFIED, fields=["kind", "id"], name="fact_unverified_kind"),
        ),
    ]
