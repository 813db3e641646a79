from django.db import migrations

from juxian.apps.sealing import sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("housing", "0006_grounds_and_answers")]

    operations = [
        migrations.RunPython(*sealing("housing", "Application", "asked")),
        migrations.RunPython(*sealing("housing", "Application", "snapshot")),
        migrations.RunPython(*sealing("housing", "Lease", "asked")),
    ]
