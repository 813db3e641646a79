from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "juxian.apps.accounts"
    label = "accounts"
    verbose_name = _("用户与岗位")
    default_auto_field = "django.db.models.BigAutoField"
