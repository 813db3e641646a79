from django.db import migrations

from juxian.apps.sealing import sealed_in_profile, sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("funds", "0007_payments_on_their_way")]

    operations = [
        migrations.RunPython(*sealing("funds", "Grant", "profile", sealed_in_profile)),
    ]
