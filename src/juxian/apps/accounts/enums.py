"""Roles: what somebody may do, always together with an organisation (角色)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICE = "office", _("人才办经办")
    DEPARTMENT = "department", _("部门经办")
    EMPLOYER = "employer", _("用人单位")
    LEADER = "leader", _("领导")
    REVIEWER = "reviewer", _("评审专家")
    PERSON = "person", _("人才")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


# 三权分立: whoever holds one of these holds no other role at all
SEPARATED = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)


class Change(models.TextChoices):
    """What is asked for about an account; one administrator asks, another decides."""

    OPEN = "open", _("开通账号")
    SUSPEND = "suspend", _("停用账号")
    REOPEN = "reopen", _("恢复账号")
    PASSWORD = "password", _("重设密码")
    FACTOR = "factor", _("解除两步验证")


# after these the owner sets a password by a one-time code
WITH_CODE = (Change.OPEN, Change.PASSWORD)


class Standing(models.TextChoices):
    """How an account stands: in use, without a password yet, suspended."""

    ACTIVE = "active", _("使用中")
    WAITING = "waiting", _("待设密码")
    SUSPENDED = "suspended", _("已停用")
