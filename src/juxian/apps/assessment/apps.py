from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "juxian.apps.assessment"
    label = "assessment"
    verbose_name = _("目标与考核")
    default_auto_field = "django.db.models.BigAutoField"
