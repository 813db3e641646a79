"""Index ratings without a reply by their stars: how many are bad is data of the place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0009_seat_work_filled")]
    operations = [
        migrations.RemoveIndex(model_name="rating", name="rating_bad_open"),
        migrations.AddIndex(
            model_name="rating",
            index=models.Index(
                condition=models.Q(("reply", "")), fields=["stars", "case"], name="rating_unanswered"
            ),
        ),
    ]
