from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0001_initial"),
        ("persons", "0005_fact_fact_withdrawn"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="profile",
            index=models.Index(fields=["home", "degree", "title_level", "six_ranks"], name="profile_three"),
        ),
    ]
