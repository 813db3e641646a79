from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonsConfig(AppConfig):
    name = "juxian.apps.persons"
    label = "persons"
    verbose_name = _("人才库")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.messaging.enums import Channel
        from juxian.apps.messaging.registry import addresses
        from juxian.apps.persons.queries import phones_of

        addresses(Channel.SMS, phones_of)
