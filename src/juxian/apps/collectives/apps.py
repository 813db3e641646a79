from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectivesConfig(AppConfig):
    name = "juxian.apps.collectives"
    label = "collectives"
    verbose_name = _("团队与平台")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.persons.registry import follows_person  # deferred: as all registries are filled

        follows_person("collectives.Stay")
        follows_person("collectives.Pairing", "mentor")
        follows_person("collectives.Pairing", "apprentice")
