from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    name = "juxian.apps.cards"
    label = "cards"
    verbose_name = _("人才服务卡")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.cards.actions.effects import card_of_case
        from juxian.apps.cards.actions.reminding import remind_all
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic
        from juxian.apps.services.registry import effect
        from juxian.core.services.definition import EffectKind

        effect(EffectKind.CARD, card_of_case)
        follows_person("cards.Card")
        periodic("cards.remind", timedelta(days=1), remind_all)
