from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Ways by which a message leaves the site; inside the site every recipient finds it (送达方式)."""

    MAIL = "mail", _("电子邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    WEBHOOK = "webhook", _("系统对接")


CHATS = (Channel.WECOM, Channel.DINGTALK)  # of which an account keeps its own address


class HookEvent(models.TextChoices):
    """What other systems are told of (推送事件)."""

    CASE_OPENED = "case.opened", _("办件发起")
    CASE_MOVED = "case.moved", _("办件有进展")
    CASE_CLOSED = "case.closed", _("办件办结")
    CARD_ISSUED = "card.issued", _("服务卡发放")
    CARD_REVOKED = "card.revoked", _("服务卡注销")


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
