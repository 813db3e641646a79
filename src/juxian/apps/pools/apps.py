from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from juxian.apps.schedules.registry import periodic


class PoolsConfig(AppConfig):
    name = "juxian.apps.pools"
    label = "pools"
    verbose_name = _("分类人才库")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juxian.apps.persons.registry import follows_person  # deferred: as all registries are filled
        from juxian.apps.pools.actions import refresh_all

        follows_person("pools.Membership")
        periodic("pools.refresh", timedelta(days=1), refresh_all)
