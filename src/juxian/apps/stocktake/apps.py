from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StocktakeConfig(AppConfig):
    name = "juxian.apps.stocktake"
    label = "stocktake"
    verbose_name = _("人才盘点")
    default_auto_field = "django.db.models.BigAutoField"
