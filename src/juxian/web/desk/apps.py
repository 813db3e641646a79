from datetime import timedelta

from django.apps import AppConfig

from juxian.apps.accounts.enums import Role
from juxian.apps.schedules.registry import periodic
from juxian.web.kit.navigation import case_page, register, start_at


class DeskConfig(AppConfig):
    name = "juxian.web.desk"
    label = "desk"

    def ready(self) -> None:
        # deferred: they read the forms and models
        from juxian.web.desk.menu import ITEMS
        from juxian.web.desk.searches.watching import watch_searches

        periodic("desk.searches", timedelta(days=1), watch_searches)
        register("work", *ITEMS)
        case_page("desk:case", Role.OFFICE, Role.DEPARTMENT, Role.LEADER)
        start_at("desk:home", Role.OFFICE, Role.DEPARTMENT)
        start_at("desk:audit", Role.AUDITOR)
        start_at("desk:post", Role.REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
