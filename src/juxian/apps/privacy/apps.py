from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "juxian.apps.privacy"
    label = "privacy"
    verbose_name = _("个人信息权益")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.persons.registry import (
            follows_person,
            hear_of_changes,
        )  # deferred: they need the models
        from juxian.apps.privacy.actions import retain_everywhere, take_back_without_consent
        from juxian.apps.schedules.registry import periodic

        follows_person("privacy.Consent")
        follows_person("privacy.ErasureRequest")
        hear_of_changes(take_back_without_consent)
        periodic("privacy.retention", timedelta(days=1), retain_everywhere)
