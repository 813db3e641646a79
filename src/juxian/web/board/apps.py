from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.web.kit.navigation import Item, register, start_at


class BoardConfig(AppConfig):
    name = "juxian.web.board"
    label = "board"

    def ready(self) -> None:
        readers = frozenset({Role.OFFICE, Role.LEADER})
        register(
            "work",
            Item("board:dashboard", _("驾驶舱"), "layout-dashboard", "workbench", readers, 20, phone=True),
            Item("board:targets", _("目标任务"), "target", "governance", readers, 10, phone=True),
        )
        start_at("board:dashboard", Role.LEADER)
