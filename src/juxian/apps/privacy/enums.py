"""Legal bases and states of requests (合法性基础、申请状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    """Article 13 of the Personal Information Protection Law (个人信息保护法第十三条)."""

    CONSENT = "consent", _("个人同意")
    SEPARATE_CONSENT = "separate_consent", _("个人单独同意")
    DUTY = "duty", _("履行法定职责或法定义务")
    CONTRACT = "contract", _("订立、履行合同")
    EMPLOYMENT = "employment", _("人力资源管理")
    EMERGENCY = "emergency", _("应对紧急情况")
    PUBLISHED = "published", _("已合法公开的信息")


class RequestState(models.TextChoices):
    OPEN = "open", _("待处理")
    GRANTED = "granted", _("已删除")
    REFUSED = "refused", _("不予删除")
