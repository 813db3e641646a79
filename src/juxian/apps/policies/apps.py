from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "juxian.apps.policies"
    label = "policies"
    verbose_name = _("政策")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.persons.registry import hear_of_changes
        from juxian.apps.policies.actions import mark_changed
        from juxian.apps.policies.tasks import find_everywhere
        from juxian.apps.schedules.registry import periodic

        hear_of_changes(mark_changed)
        periodic("policies.find", timedelta(days=1), find_everywhere)
