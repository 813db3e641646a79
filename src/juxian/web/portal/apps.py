from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.registry import shown_at
from juxian.web.kit.navigation import Item, case_page, register, start_at


class PortalConfig(AppConfig):
    name = "juxian.web.portal"
    label = "portal"

    def ready(self) -> None:
        register(
            "public",
            Item("portal:home", _("首页"), "house", order=10),
            Item("portal:policies-here", _("人才政策"), "scale", order=20),
            Item("portal:screener-here", _("能享受什么"), "list-checks", order=30),
            Item("portal:draws-here", _("公寓抽签"), "dices", order=35),
            Item("portal:housing", _("人才公寓"), "building-2", roles=frozenset({Role.PERSON}), order=45),
            Item("portal:services-here", _("办事大厅"), "clipboard-check", order=35),
            Item("portal:progress-here", _("进度查询"), "search", order=37),
            Item(
                "portal:cases",
                _("我的办件"),
                "inbox",
                roles=frozenset({Role.PERSON, Role.EMPLOYER}),
                order=38,
            ),
            Item("portal:me", _("我的档案与待遇"), "user", roles=frozenset({Role.PERSON}), order=40),
            Item("portal:my-card", _("我的服务卡"), "id-card", roles=frozenset({Role.PERSON}), order=42),
            Item("portal:payments", _("我的拨付"), "banknote", roles=frozenset({Role.PERSON}), order=45),
            Item("portal:unit", _("本单位人才"), "users", roles=frozenset({Role.EMPLOYER}), order=50),
        )
        register(
            "work",
            Item(
                "portal:unit", _("本单位人才"), "users", "people", frozenset({Role.EMPLOYER}), 10, phone=True
            ),
        )
        register(
            "work",
            Item(
                "portal:cases",
                _("本单位办件"),
                "inbox",
                "workbench",
                frozenset({Role.EMPLOYER}),
                20,
                phone=True,
            ),
        )
        shown_at("portal:found")
        case_page("portal:case", Role.PERSON, Role.EMPLOYER)
        start_at("portal:me", Role.PERSON)
        start_at("portal:unit", Role.EMPLOYER)
