from django.db import migrations

from juxian.apps.sealing import sealed_in_profile, sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("policies", "0007_determination_by_answer")]

    operations = [
        migrations.RunPython(*sealing("policies", "ProfileSnapshot", "values", sealed_in_profile)),
    ]
