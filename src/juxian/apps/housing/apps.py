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
        from juxian.apps.files.registry import readable_by
        from juxian.apps.housing.actions.cases import queue_of_case
        from juxian.apps.housing.actions.repairing import repair_of_case
        from juxian.apps.housing.queries.photos import PURPOSE, photo_readable
        from juxian.apps.housing.queries.repairs import REPAIRS
        from juxian.apps.housing.tasks import nightly
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic
        from juxian.apps.services.registry import effect
        from juxian.core.services.definition import EffectKind

        effect(EffectKind.HAND_OVER, queue_of_case, target="housing")
        effect(EffectKind.HAND_OVER, repair_of_case, target=REPAIRS)
        readable_by(PURPOSE, photo_readable)
        for model in ("Application", "Lease", "Ban"):
            follows_person(f"housing.{model}")
        follows_person("housing.Application", "spouse")
        follows_person("housing.Lease", "spouse")
        periodic("housing.nightly", timedelta(hours=6), lambda: nightly(today()))
