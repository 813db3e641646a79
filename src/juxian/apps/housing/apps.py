from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HousingConfig(AppConfig):
    name = "juxian.apps.housing"
    label = "housing"
    verbose_name = _("人才公寓")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.clock import today
        from juxian.apps.housing.actions.cases import queue_of_case
        from juxian.apps.housing.tasks import nightly
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic
        from juxian.apps.services.registry import effect
        from juxian.core.services.definition import EffectKind

        effect(EffectKind.HAND_OVER, queue_of_case, target="housing")
        for model in ("Application", "Lease", "Ban"):
            follows_person(f"housing.{model}")
        follows_person("housing.Application", "spouse")
        follows_person("housing.Lease", "spouse")
        periodic("housing.nightly", timedelta(hours=6), lambda: nightly(today()))
