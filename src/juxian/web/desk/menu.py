"""The links of the desk in the side bar, by group and order (侧栏)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.web.desk.funds.finding import pays_funds
from juxian.web.kit.navigation import Item

OFFICE = frozenset({Role.OFFICE})
READERS = OFFICE | {Role.LEADER}
STAFF = READERS | {Role.DEPARTMENT}
HANDLERS = frozenset({Role.OFFICE, Role.DEPARTMENT})
WITNESSES = frozenset({Role.DEPARTMENT, Role.EMPLOYER, Role.REVIEWER, Role.AUDITOR})
SYSTEM = frozenset({Role.SYSTEM_ADMIN})
ADMINS = SYSTEM | {Role.SECURITY_ADMIN}
AUDITOR = frozenset({Role.AUDITOR})

ITEMS = (
    Item("desk:home", _("首页"), "house", "workbench", HANDLERS, 10, phone=True),
    Item(
        "desk:post", _("我的岗位"), "id-card", "workbench", ADMINS | AUDITOR | {Role.REVIEWER}, 10, phone=True
    ),
    Item("desk:cases", _("待办"), "inbox", "workbench", STAFF, 20, phone=True),
    Item("desk:counter", _("窗口代录"), "file-plus", "workbench", OFFICE, 30),
    Item("desk:outbox", _("发件箱"), "send", "workbench", OFFICE, 40),
    Item("desk:persons", _("人才库"), "users", "people", READERS, 10, phone=True),
    Item("desk:searches", _("常用查询"), "search", "people", READERS, 12),
    Item("desk:imports", _("名册导入"), "upload", "people", OFFICE | {Role.EMPLOYER}, 20),
    Item("desk:collectives", _("团队与平台"), "network", "people", READERS, 23),
    Item("desk:pools", _("分类人才库"), "folders", "people", READERS, 24),
    Item("desk:linking", _("查重核对"), "git-merge", "people", OFFICE, 25),
    Item("desk:unverified", _("待核验"), "circle-check", "people", OFFICE, 26),
    Item("desk:corrections", _("更正核对"), "pencil-line", "people", OFFICE, 26),
    Item("desk:completeness", _("完整度与时效"), "list-checks", "people", READERS, 27),
    Item("desk:stocktake", _("人才盘点"), "clipboard-list", "people", READERS, 28),
    Item("desk:structure", _("年龄结构"), "hourglass", "people", READERS, 29),
    Item("desk:policies", _("政策与资格"), "scale", "people", STAFF, 30, phone=True),
    Item("desk:attrition", _("流失预警"), "bell", "people", READERS, 30),
    Item("desk:services", _("事项"), "workflow", "service", STAFF, 10),
    Item("desk:funds", _("资金"), "banknote", "service", READERS, 40, also=pays_funds),
    Item("desk:housing", _("人才公寓"), "building-2", "service", READERS, 40),
    Item("desk:housing-contributions", _("抽签见证"), "dices", "service", WITNESSES, 45),
    Item("desk:cards", _("人才服务卡"), "id-card", "service", READERS, 50),
    Item("desk:card-counter", _("服务卡核验"), "scan-line", "service", HANDLERS, 52),
    Item("desk:officers", _("专员与代班"), "user-check", "service", OFFICE, 55),
    Item("desk:needs", _("诉求归类"), "messages-square", "service", READERS, 56),
    Item("desk:ratings", _("服务评价"), "star", "service", READERS, 57),
    Item("desk:freezes", _("停办期"), "calendar-x", "service", OFFICE, 58),
    Item("desk:conferences", _("联席会议"), "gavel", "service", READERS, 60),
    Item("desk:figures", _("公布数核对"), "list-checks", "governance", STAFF, 20),
    Item("desk:organisations", _("机构"), "network", "governance", STAFF, 30),
    Item("desk:notices", _("公示"), "megaphone", "governance", OFFICE, 35),
    Item("desk:privacy", _("个人信息权益"), "shield-check", "governance", OFFICE, 36),
    Item("desk:documents", _("文件库"), "library", "governance", STAFF, 40),
    Item("desk:audit", _("审计记录"), "scroll-text", "governance", AUDITOR, 50, phone=True),
    Item("desk:accounts", _("账号管理"), "users", "governance", ADMINS, 58, phone=True),
    Item("desk:posts", _("岗位管理"), "badge-check", "governance", ADMINS, 59, phone=True),
    Item("desk:calendar", _("工作日历"), "calendar-days", "governance", OFFICE, 60),
    Item("desk:tokens", _("接口令牌"), "key-round", "governance", SYSTEM, 60, phone=True),
    Item("desk:hooks", _("事件推送"), "send", "governance", SYSTEM, 61, phone=True),
    Item("desk:addresses", _("站外地址"), "bell", "governance", SYSTEM, 62, phone=True),
    Item("desk:delegations", _("委托代办"), "user-check", "governance", HANDLERS, 70),
)
