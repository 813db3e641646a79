from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "juxian.apps.services"
    label = "services"
    verbose_name = _("事项办理")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # deferred: they need the models
        from juxian.apps.files.registry import readable_by
        from juxian.apps.persons.registry import follows_person
        from juxian.apps.schedules.registry import periodic
        from juxian.apps.services.actions.effects import carry_out_waiting
        from juxian.apps.services.actions.facts import begin_fact, end_facts
        from juxian.apps.services.actions.grants import grant_of_case
        from juxian.apps.services.actions.opening import open_further
        from juxian.apps.services.actions.receiving import drop_unused_papers
        from juxian.apps.services.actions.timing import sweep_timers
        from juxian.apps.services.queries.materials import PURPOSE, may_read
        from juxian.apps.services.registry import effect
        from juxian.core.services.definition import EffectKind

        follows_person("services.Case")
        follows_person("services.Officership", may_stay=True)  # the kept record's own officer goes on
        effect(EffectKind.FACT, begin_fact)
        effect(EffectKind.END_FACT, end_facts)
        effect(EffectKind.OPEN, open_further)
        effect(EffectKind.GRANT, grant_of_case)
        periodic("services.timers", timedelta(minutes=1), sweep_timers)
        periodic("services.effects", timedelta(minutes=5), carry_out_waiting)
        periodic("services.papers", timedelta(days=1), drop_unused_papers)
        readable_by(PURPOSE, may_read)
