from datetime import timedelta

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "juxian.web.kit"
    label = "kit"

    def ready(self) -> None:
        from axes.signals import user_locked_out  # deferred: models are ready only now
        from django.contrib.auth import signals
        from django.core import validators
        from django.core.signals import request_started
        from django.db.backends.signals import connection_created
        from django.db.models.signals import pre_save
        from django.utils.translation import gettext_lazy as _

        from juxian.apps import gate
        from juxian.apps.schedules.registry import periodic
        from juxian.apps.submissions.actions import forget_old
        from juxian.web.kit import sessions

        # every text field of a form asks this validator; Django's Chinese for it is no sentence
        validators.ProhibitNullCharactersValidator.message = _("不能含有空字符。")
        signals.user_logged_in.connect(sessions.signed_in, dispatch_uid="kit")
        signals.user_logged_out.connect(sessions.signed_out, dispatch_uid="kit")
        signals.user_login_failed.connect(sessions.sign_in_failed, dispatch_uid="kit")
        pre_save.connect(sessions.forget_form, sender="axes.AccessAttempt", dispatch_uid="kit")
        user_locked_out.connect(sessions.locked_out, dispatch_uid="kit")
        connection_created.connect(gate.note_file, dispatch_uid="kit")
        request_started.connect(gate.close_replaced, dispatch_uid="kit")
        periodic("submissions.forget", timedelta(days=1), forget_old)
