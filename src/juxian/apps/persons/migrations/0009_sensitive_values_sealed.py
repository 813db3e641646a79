from django.db import migrations

from juxian.apps.sealing import sealed_in_fact, sealed_in_profile, sealing


class Migration(migrations.Migration):
    """Sensitive values are encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("persons", "0008_indexes_of_every_filter")]

    operations = [
        migrations.RunPython(*sealing("persons", "Fact", "value", sealed_in_fact, "kind")),
        migrations.RunPython(*sealing("persons", "Profile", "values", sealed_in_profile)),
    ]
