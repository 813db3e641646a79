from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "juxian.apps.imports"
    label = "imports"
    verbose_name = _("名册导入")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.imports.models import Batch  # deferred: models are ready only now
        from juxian.apps.persons.registry import follows_person, handed_in_by

        follows_person("imports.Row")
        handed_in_by(Batch.objects.sources_of)
