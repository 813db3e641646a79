from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from juxian.apps.schedules.registry import periodic


class LinkingConfig(AppConfig):
    name = "juxian.apps.linking"
    label = "linking"
    verbose_name = _("查重与合并")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.linking.actions import (
            compare_all,
            forget_traces,
        )  # deferred: models are loaded by now
        from juxian.apps.linking.queries import COMPARED_KINDS
        from juxian.apps.persons.registry import follows_person, hear_of_changes

        follows_person("accounts.User", may_stay=True)
        hear_of_changes(forget_traces, COMPARED_KINDS)
        periodic("linking.compare", timedelta(days=1), compare_all)
