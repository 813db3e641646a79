"""Let a turn keep when it waited for the applicant; those that stand are filled by the next migration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0011_papers_of_lists_and_systems")]
    operations = [
        migrations.AddField("turn", "rests", models.JSONField(default=list, verbose_name="等待补正的日子")),
    ]
