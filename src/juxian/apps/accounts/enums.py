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
