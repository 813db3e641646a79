from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "juxian.apps.corrections"
    label = "corrections"
    verbose_name = _("更正与确认")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.corrections.actions.reminding import remind_all
        from juxian.apps.corrections.rules import PURPOSE, paper_readable
        from juxian.apps.files.registry import readable_by
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic

        periodic("corrections.remind", timedelta(days=1), remind_all)
        readable_by(PURPOSE, paper_readable)
        follows_person("corrections.Correction")
        follows_person("corrections.Confirmation")
