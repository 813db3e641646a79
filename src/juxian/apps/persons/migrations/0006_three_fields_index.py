from django.db import migrations, models

from juxian.apps.at_work import AddIndexAtWork


class Migration(migrations.Migration):
    atomic = False  # indexes are built beside those who write
    dependencies = [
        ("organisations", "0001_initial"),
        ("persons", "0005_fact_fact_withdrawn"),
    ]

    operations = [
        AddIndexAtWork(
            model_name="profile",
            index=models.Index(fields=["home", "degree", "title_level", "six_ranks"], name="profile_three"),
        ),
    ]
