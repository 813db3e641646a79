from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "juxian.apps.submissions"
    label = "submissions"
    verbose_name = _("提交")
    default_auto_field = "django.db.models.BigAutoField"
