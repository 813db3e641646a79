from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.schedules.registry import periodic
from juxian.web.kit.navigation import Item, case_page, register, start_at


class DeskConfig(AppConfig):
    name = "juxian.web.desk"
    label = "desk"

    def ready(self) -> None:
        # deferred: they read the forms and models
        from juxian.web.desk.funds.finding import pays_funds
        from juxian.web.desk.searches.watching import watch_searches

        periodic("desk.searches", timedelta(days=1), watch_searches)
        office, readers = frozenset({Role.OFFICE}), frozenset({Role.OFFICE, Role.LEADER})
        staff = readers | {Role.DEPARTMENT}
        register(
            "work",
            Item("desk:home", _("首页"), "house", "workbench", office | {Role.DEPARTMENT}, 10, phone=True),
            Item("desk:cases", _("待办"), "inbox", "workbench", staff, 20, phone=True),
            Item("desk:counter", _("窗口代录"), "file-plus", "workbench", office, 30),
            Item("desk:outbox", _("发件箱"), "send", "workbench", office, 40),
            Item("desk:services", _("事项"), "workflow", "service", staff, 10),
            Item("desk:officers", _("专员与代班"), "user-check", "service", office, 55),
            Item("desk:ratings", _("服务评价"), "star", "service", readers, 57),
            Item("desk:needs", _("诉求归类"), "messages-square", "service", readers, 56),
            Item("desk:freezes", _("停办期"), "calendar-x", "service", office, 58),
            Item("desk:conferences", _("联席会议"), "gavel", "service", readers, 60),
            Item("desk:calendar", _("工作日历"), "calendar-days", "governance", office, 60),
            Item("desk:persons", _("人才库"), "users", "people", readers, 10, phone=True),
            Item("desk:imports", _("名册导入"), "upload", "people", office | {Role.EMPLOYER}, 20),
            Item("desk:searches", _("常用查询"), "search", "people", readers, 12),
            Item("desk:completeness", _("完整度与时效"), "list-checks", "people", readers, 27),
            Item("desk:pools", _("分类人才库"), "folders", "people", readers, 24),
            Item("desk:collectives", _("团队与平台"), "network", "people", readers, 23),
            Item("desk:linking", _("查重核对"), "git-merge", "people", office, 25),
            Item("desk:unverified", _("待核验"), "circle-check", "people", office, 26),
            Item("desk:corrections", _("更正核对"), "pencil-line", "people", office, 26),
            Item("desk:policies", _("政策与资格"), "scale", "people", staff, 30, phone=True),
            Item("desk:funds", _("资金"), "banknote", "service", readers, 40, also=pays_funds),
            Item("desk:housing", _("人才公寓"), "building-2", "service", readers, 40),
            Item(
                "desk:housing-contributions",
                _("抽签见证"),
                "dices",
                "service",
                frozenset({Role.DEPARTMENT, Role.EMPLOYER, Role.REVIEWER, Role.AUDITOR}),
                45,
            ),
            Item("desk:cards", _("人才服务卡"), "id-card", "service", readers, 50),
            Item(
                "desk:card-counter", _("服务卡核验"), "scan-line", "service", office | {Role.DEPARTMENT}, 52
            ),
            Item("desk:stocktake", _("人才盘点"), "clipboard-list", "people", readers, 28),
            Item("desk:attrition", _("流失预警"), "bell", "people", readers, 30),
            Item("desk:structure", _("年龄结构"), "hourglass", "people", readers, 29),
            Item("desk:figures", _("公布数核对"), "list-checks", "governance", staff, 20),
            Item("desk:organisations", _("机构"), "network", "governance", staff, 30),
            Item("desk:privacy", _("个人信息权益"), "shield-check", "governance", office, 36),
            Item("desk:notices", _("公示"), "megaphone", "governance", office, 35),
            Item("desk:documents", _("文件库"), "library", "governance", staff, 40),
        )
        watchers = frozenset({Role.REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
        register(
            "work",
            Item(
                "desk:delegations",
                _("委托代办"),
                "user-check",
                "governance",
                frozenset({Role.OFFICE, Role.DEPARTMENT}),
                70,
            ),
            Item("desk:post", _("我的岗位"), "id-card", "workbench", watchers, 10, phone=True),
            Item(
                "desk:audit",
                _("审计记录"),
                "scroll-text",
                "governance",
                frozenset({Role.AUDITOR}),
                50,
                phone=True,
            ),
        )
        register(
            "work",
            Item(
                "desk:tokens",
                _("接口令牌"),
                "key-round",
                "governance",
                frozenset({Role.SYSTEM_ADMIN}),
                60,
                phone=True,
            ),
        )
        register(
            "work",
            Item(
                "desk:hooks",
                _("事件推送"),
                "send",
                "governance",
                frozenset({Role.SYSTEM_ADMIN}),
                61,
                phone=True,
            ),
        )
        register(
            "work",
            Item(
                "desk:addresses",
                _("站外地址"),
                "bell",
                "governance",
                frozenset({Role.SYSTEM_ADMIN}),
                62,
                phone=True,
            ),
        )
        register(
            "work",
            Item(
                "desk:accounts",
                _("账号管理"),
                "users",
                "governance",
                frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
                58,
                phone=True,
            ),
            Item(
                "desk:posts",
                _("岗位管理"),
                "badge-check",
                "governance",
                frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
                59,
                phone=True,
            ),
        )
        case_page("desk:case", Role.OFFICE, Role.DEPARTMENT, Role.LEADER)
        start_at("desk:home", Role.OFFICE, Role.DEPARTMENT)
        start_at("desk:audit", Role.AUDITOR)
        start_at("desk:post", Role.REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
