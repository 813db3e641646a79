from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "juxian.apps.funds"
    label = "funds"
    verbose_name = _("资金")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: it needs the models
        from juxian.apps.funds.actions.found import confirmed_accounts, grant_without_application
        from juxian.apps.funds.queries.grants import spouses_of
        from juxian.apps.funds.tasks import check_events, check_obligations
        from juxian.apps.persons.registry import follows_person, spouses_through
        from juxian.apps.policies.registry import accounts_through, grants_through
        from juxian.apps.schedules.registry import periodic

        follows_person("funds.Grant", may_stay=True)  # of two standing grants of one benefit neither is paid
        follows_person("funds.PayeeAccount", may_stay=True)
        spouses_through(spouses_of)
        periodic("funds.obligations", timedelta(days=1), check_obligations)
        periodic("funds.events", timedelta(days=1), check_events)
        grants_through(grant_without_application)
        accounts_through(confirmed_accounts)
