from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonsConfig(AppConfig):
    name = "juxian.apps.persons"
    label = "persons"
    verbose_name = _("人才库")
    default_auto_field = "django.db.models.BigAutoField"
