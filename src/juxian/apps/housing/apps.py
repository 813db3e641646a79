from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HousingConfig(AppConfig):
    name = "juxian.apps.housing"
    label = "housing"
    verbose_name = _("人才公寓")
    default_auto_field = "django.db.models.BigAutoField"
