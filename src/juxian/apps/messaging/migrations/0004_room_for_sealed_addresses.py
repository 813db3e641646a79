from django.db import migrations, models

from juxian.apps.at_work import WidenAtWork


class Migration(migrations.Migration):
    """Addresses take more room when they are encrypted."""

    dependencies = [("messaging", "0003_chat_addresses")]

    operations = [
        WidenAtWork(
            model_name="delivery",
            name="address",
            field=models.CharField(max_length=1200, verbose_name="地址"),
        ),
        WidenAtWork(
            model_name="chataddress",
            name="address",
            field=models.CharField(blank=True, max_length=200, verbose_name="地址"),
        ),
        WidenAtWork(
            model_name="chataddress",
            name="pending",
            field=models.CharField(blank=True, max_length=200, verbose_name="待确认地址"),
        ),
    ]
