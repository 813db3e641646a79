"""What a token may be used for (令牌的用途)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """One group of addresses of the API. A new router adds its own line here."""

    POLICIES_READ = "policies.read", _("读取政策、版本和自测题")
    POLICIES_EVALUATE = "policies.evaluate", _("提交人员信息，计算待遇和理由")
    CARDS_READ = "cards.read", _("按卡号查服务卡状态")
    REGISTER_WRITE = "register.write", _("向人才库推送信息项")
    REGISTER_READ = "register.read", _("读取人才库的变更，不含敏感内容")
    REGISTER_SENSITIVE = "register.sensitive", _("读取变更时包含敏感内容")
    COLLECTIVES_READ = "collectives.read", _("读取团队、平台载体和师徒结对")
    CARDS_USE = "cards.use", _("登记服务卡使用")
    SERVICES_READ = "services.read", _("读取事项的表单、材料、环节和时限")
    CASES_READ = "cases.read", _("查询办件进度和办理记录")
    CASES_OPEN = "cases.open", _("代申请人发起和补正办件")
    CASES_ACT = "cases.act", _("办理部门审核和任务环节")
