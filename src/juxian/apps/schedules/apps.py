from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulesConfig(AppConfig):
    name = "juxian.apps.schedules"
    label = "schedules"
    verbose_name = _("定时工作")
    default_auto_field = "django.db.models.BigAutoField"
