"""Messages, their way out of the site, and what people want of them (消息、送达、偏好)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.messaging.enums import Channel, DeliveryState, HookEvent, MessageState
from juxian.apps.sealing import SealedTextField


class MessageQuerySet(models.QuerySet["Message"]):
    def released(self) -> Self:
        return self.filter(state=MessageState.RELEASED)

    def unread(self) -> Self:
        return self.released().filter(read_at=None)


class Message(models.Model):
    """What one person is told (消息). ``key`` is made of what it is about: the same is never told twice.

    template: name in ``registry``. place: the office in whose outbox it stands. link: local address, may be empty.
    """

    key = models.CharField(_("去重编号"), max_length=160, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", verbose_name=_("收件人")
    )
    place = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发件机构"),
    )
    template = models.CharField(_("模板"), max_length=64)
    subject_zh = models.CharField(_("标题"), max_length=200)
    subject_en = models.CharField(_("英文标题"), max_length=200)
    body_zh = models.TextField(_("正文"))
    body_en = models.TextField(_("英文正文"))
    link = models.CharField(_("网址"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=MessageState.choices)
    queued_at = models.DateTimeField(_("生成时间"))
    released_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审发人"),
    )
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="message_recipient"),
            models.Index(
                fields=["recipient"],
                name="message_unread",
                condition=models.Q(state=MessageState.RELEASED, read_at=None),
            ),
            models.Index(fields=["place", "state", "-id"], name="message_outbox"),
        ]

    def __str__(self) -> str:
        return self.subject_zh

    def words(self, language: str) -> tuple[str, str]:
        """Subject and body."""
        if language == "en":
            return self.subject_en, self.body_en
        return self.subject_zh, self.body_zh


class Delivery(models.Model):
    """A message on one way out of the site (送达). Leaves WAITING once; what then becomes unclear is never sent again
    by itself. address: where to, as it was known when the message was made; failure names it masked.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("消息"))
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    address = SealedTextField(_("地址"), max_length=1200)
    state = models.CharField(_("状态"), max_length=8, choices=DeliveryState.choices)
    due_at = models.DateTimeField(_("下次时间"))
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("送达")
        verbose_name_plural = _("送达")
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="delivery_once")]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"


class Preference(models.Model):
    """How somebody wants to be told (通知偏好). channels: those wanted; digest: one mail a day instead of one for each."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="message_preference",
        verbose_name=_("用户"),
    )
    channels = models.JSONField(_("送达方式"), default=list)
    digest = models.BooleanField(_("每日汇总"), default=False)
    language = models.CharField(
        _("语言"), max_length=2, choices=[("zh", _("中文")), ("en", "English")], default="zh"
    )

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")

    def __str__(self) -> str:
        return str(self.user_id)


class ChatAddress(models.Model):
    """Where somebody is reached by 企业微信 or 钉钉 (站外地址): an address that its owner confirmed by a code sent there, or that the
    system administrator gave.

    address: empty until it is confirmed. given_by: None where the owner confirmed it. pending, code, code_until, tries: what waits
    for a code, of which only a keyed digest is kept. codes, codes_since: how many codes were sent in this hour.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="chat_addresses", verbose_name=_("用户")
    )
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    address = SealedTextField(_("地址"), max_length=200, blank=True)
    bound_at = models.DateTimeField(_("绑定时间"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("录入人"),
    )
    pending = SealedTextField(_("待确认地址"), max_length=200, blank=True)
    code = models.CharField(_("验证码摘要"), max_length=64, blank=True)
    code_until = models.DateTimeField(_("验证码有效至"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("试错次数"), default=0)
    codes = models.PositiveSmallIntegerField(_("已发验证码"), default=0)
    codes_since = models.DateTimeField(_("计数起"), null=True, blank=True)

    class Meta:
        verbose_name = _("站外地址")
        verbose_name_plural = _("站外地址")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="chat_address_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel}"


class HookQuerySet(models.QuerySet["Hook"]):
    def active(self) -> Self:
        return self.filter(stopped_at=None)


class Hook(models.Model):
    """A system that is told of events of one jurisdiction by POST (事件推送).

    sealed: the secret of its signatures, encrypted. events: values of ``HookEvent``.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    name = models.CharField(_("用途说明"), max_length=80)
    url = models.CharField(_("网址"), max_length=300)
    events = models.JSONField(_("事件"))
    sealed = models.BinaryField(_("密文"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("创建人")
    )
    created_at = models.DateTimeField(_("创建时间"))
    stopped_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    objects = HookQuerySet.as_manager()

    class Meta:
        verbose_name = _("事件推送")
        verbose_name_plural = _("事件推送")
        ordering = ["-id"]
        indexes = [models.Index(fields=["home", "-id"], name="hook_home")]

    def __str__(self) -> str:
        return self.name


class HookDelivery(models.Model):
    """One event on its way to one system (推送记录). ``key``: the event's id; a receiver tells a repetition by it.

    body: exactly the bytes that are sent and signed. Nothing of a person stands in it but numbers.
    """

    hook = models.ForeignKey(Hook, models.CASCADE, related_name="deliveries", verbose_name=_("事件推送"))
    event = models.CharField(_("事件"), max_length=16, choices=HookEvent.choices)
    key = models.CharField(_("事件编号"), max_length=100)
    body = models.TextField(_("内容"))
    state = models.CharField(_("状态"), max_length=8, choices=DeliveryState.choices)
    made_at = models.DateTimeField(_("生成时间"))
    due_at = models.DateTimeField(_("下次时间"))
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "key"], name="hook_event_once")]
        indexes = [
            models.Index(fields=["state", "due_at"], name="hook_due"),
            models.Index(fields=["hook", "state"], name="hook_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.get_state_display()}"
