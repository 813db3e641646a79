from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttritionConfig(AppConfig):
    name = "juxian.apps.attrition"
    label = "attrition"
    verbose_name = _("流失预警")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: as all registries are filled
        from juxian.apps.attrition.actions import look_everywhere
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic

        follows_person("attrition.AttritionWarning", may_stay=True)
        periodic("attrition.look", timedelta(days=1), look_everywhere)
