from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Causes of leaving that were found at night; an offer is answered or open, never both."""

    dependencies = [
        ("housing", "0005_repairs"),
    ]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="grounds",
            field=models.JSONField(blank=True, default=list, verbose_name="退出事由（核查）"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=Q(answer_by__gte=F("offered_on")), name="housing_offer_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=Q(state="open", answered_at=None)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="housing_offer_answered",
            ),
        ),
    ]
