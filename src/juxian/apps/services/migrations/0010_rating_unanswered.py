"""Index ratings without a reply by their stars: how many are bad is data of the place."""

from django.db import migrations, models

from juxian.apps.at_work import AddIndexAtWork, RemoveIndexAtWork


class Migration(migrations.Migration):
    atomic = False  # indexes are built beside those who write
    dependencies = [("services", "0009_seat_work_filled")]
    operations = [
        RemoveIndexAtWork(model_name="rating", name="rating_bad_open"),
        AddIndexAtWork(
            model_name="rating",
            index=models.Index(
                condition=models.Q(("reply", "")), fields=["stars", "case"], name="rating_unanswered"
            ),
        ),
    ]
