from django.db import migrations

from juxian.apps.sealing import sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("services", "0013_applicant_index")]

    operations = [
        migrations.RunPython(*sealing("services", "Case", "data")),
        migrations.RunPython(*sealing("services", "CaseEffect", "values")),
        migrations.RunPython(*sealing("services", "BulkRow", "answers")),
        migrations.RunPython(*sealing("services", "Draft", "answers")),
    ]
