from django.db import migrations, models

from juxian.apps.at_work import AddIndexAtWork, RemoveIndexAtWork

FIELDS = {
    "profile_degree": ["home", "degree"],
    "profile_talent_level": ["home", "talent_level"],
    "profile_title_level": ["home", "title_level"],
    "profile_three": ["home", "degree", "title_level", "six_ranks"],
    "profile_employer": ["home", "employer"],
}


class Migration(migrations.Migration):
    """The person at the end of each index: a filtered list is read in its order, and stops at a page."""

    atomic = False  # indexes are built beside those who write
    dependencies = [
        ("organisations", "0001_initial"),
        ("persons", "0006_three_fields_index"),
    ]

    operations = [
        operation
        for name, fields in FIELDS.items()
        for operation in (
            RemoveIndexAtWork(model_name="profile", name=name),
            AddIndexAtWork(model_name="profile", index=models.Index(fields=[*fields, "person"], name=name)),
        )
    ]
