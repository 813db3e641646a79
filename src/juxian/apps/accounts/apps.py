from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "juxian.apps.accounts"
    label = "accounts"
    verbose_name = _("用户与岗位")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.accounts.actions import forget_ended  # deferred: they need the models
        from juxian.apps.audit.actions import settle_refusals, sign_head
        from juxian.apps.schedules.registry import periodic

        periodic("audit.sign", timedelta(hours=1), sign_head)
        periodic("audit.refusals", timedelta(minutes=10), settle_refusals)
        periodic("accounts.forget", timedelta(hours=24), forget_ended)
