from django.db import migrations

from juxian.apps.sealing import sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("corrections", "0001_initial")]

    operations = [
        migrations.RunPython(*sealing("corrections", "Correction", "value")),
    ]
