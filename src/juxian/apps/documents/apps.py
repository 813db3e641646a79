from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "juxian.apps.documents"
    label = "documents"
    verbose_name = _("文件库")
    default_auto_field = "django.db.models.BigAutoField"
