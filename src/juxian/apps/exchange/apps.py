from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "juxian.apps.exchange"
    label = "exchange"
    verbose_name = _("系统对接")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.persons.registry import follows_person  # deferred: as all registries are filled

        follows_person("exchange.Pushed")
