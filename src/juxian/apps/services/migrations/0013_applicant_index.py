"""Let the queue find the cases of a name along an index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0001_initial"),
        ("persons", "0007_indexes_in_order"),
        ("services", "0012_turn_rests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("result", "")),
                fields=["applicant"],
                name="case_applicant",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
