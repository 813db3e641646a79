from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "juxian.apps.messaging"
    label = "messaging"
    verbose_name = _("消息")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.accounts.registry import told_of_suspensions_by
        from juxian.apps.messaging.actions import (
            deliver_waiting,
            push_waiting,
            send_digests,
            tell_of_suspension,
        )  # deferred: they need the models
        from juxian.apps.messaging.enums import CHATS
        from juxian.apps.messaging.queries import chat_addresses_on
        from juxian.apps.messaging.registry import addresses
        from juxian.apps.schedules.registry import periodic

        for channel in CHATS:
            addresses(channel, chat_addresses_on(channel))
        told_of_suspensions_by(tell_of_suspension)
        periodic("messaging.deliver", timedelta(seconds=20), deliver_waiting)
        periodic("messaging.hooks", timedelta(seconds=20), push_waiting)
        periodic("messaging.digest", timedelta(minutes=30), send_digests)
