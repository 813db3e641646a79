from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Ways by which a message leaves the site; inside the site every recipient finds it (送达方式)."""

    MAIL = "mail", _("电子邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    WEBHOOK = "webhook", _("系统对接")


class MessageState(models.TextChoices):
    HELD = "held", _("待审发")
    RELEASED = "released", _("已发出")
    STOPPED = "stopped", _("已截停")


class DeliveryState(models.TextChoices):
    """unclear: a worker died between sending and noting it, so a person decides (从不重发)."""

    WAITING = "waiting", _("等待发送")
    DIGEST = "digest", _("等待汇总")
    SENDING = "sending", _("正在发送")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("未能送达")
    UNCLEAR = "unclear", _("是否送达不明")
