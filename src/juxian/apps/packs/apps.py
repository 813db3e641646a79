from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PacksConfig(AppConfig):
    name = "juxian.apps.packs"
    label = "packs"
    verbose_name = _("地方包")
    default_auto_field = "django.db.models.BigAutoField"
