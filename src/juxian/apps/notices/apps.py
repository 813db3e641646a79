from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "juxian.apps.notices"
    label = "notices"
    verbose_name = _("公示")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.files.registry import readable_by  # deferred: they need the models
        from juxian.apps.notices.actions import take_down_ended
        from juxian.apps.notices.rules import PURPOSE, attachment_readable
        from juxian.apps.schedules.registry import periodic

        readable_by(PURPOSE, attachment_readable)
        periodic("notices.take_down", timedelta(minutes=15), take_down_ended)
