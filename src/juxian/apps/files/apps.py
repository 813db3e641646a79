from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "juxian.apps.files"
    label = "files"
    verbose_name = _("附件")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.clock import now
        from juxian.apps.files.actions.checking import remove_left
        from juxian.apps.schedules.registry import periodic

        periodic("files.left", timedelta(hours=1), lambda: remove_left(now()))
