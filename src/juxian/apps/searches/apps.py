from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchesConfig(AppConfig):
    name = "juxian.apps.searches"
    label = "searches"
    verbose_name = _("常用查询")
    default_auto_field = "django.db.models.BigAutoField"
