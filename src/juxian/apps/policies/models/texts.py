"""Texts of policies as published, as they are being rewritten, and what a draft would change (政策文本)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PolicyVersion(models.Model):
    """One version of a policy's text as published (政策版本); never rewritten, kept for ever.

    effective_on: from which day a text published at the desk counts; None for one that came with the pack's files.
    """

    pack = models.CharField(_("地方包"), max_length=32)
    policy = models.CharField(_("政策"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    since = models.DateField(_("施行日"))
    until = models.DateField(_("失效日"), null=True, blank=True)
    text = models.TextField(_("原文"))  # the YAML of the whole policy file
    digest = models.CharField(_("摘要"), max_length=64)
    published_at = models.DateTimeField(_("发布时间"), auto_now_add=True)
    effective_on = models.DateField(_("启用日"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发布人"),
    )

    class Meta:
        verbose_name = _("政策版本")
        verbose_name_plural = _("政策版本")
        ordering = ["pack", "policy", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "policy", "since", "digest"], name="policy_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.since}"


class PolicyDraft(models.Model):
    """A copy of a policy being rewritten at the desk (政策草稿); published by somebody other than who wrote it last.

    text: YAML of the whole file. cases: of its file of cases; items of a YAML list, as older drafts hold, stand beside those in
    force, see ``core.policy.drafts.whole_cases``. base: digest of the text that it began from. revision: raised by each saving,
    so that two who write at once do not overwrite each other. effective_on: from which day the text shall count.
    """

    class State(models.TextChoices):
        WRITING = "writing", _("起草中")
        SUBMITTED = "submitted", _("待发布")
        PUBLISHED = "published", _("已发布")
        DROPPED = "dropped", _("已放弃")

    pack = models.CharField(_("地方包"), max_length=32)
    policy = models.CharField(_("政策"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    text = models.TextField(_("正文"))
    cases = models.TextField(_("用例"), blank=True)
    base = models.CharField(_("起草依据"), max_length=64)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.WRITING)
    revision = models.PositiveIntegerField(_("修订"), default=1)
    effective_on = models.DateField(_("启用日"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    written_at = models.DateTimeField(_("起草时间"), auto_now=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发布人"),
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("政策草稿")
        verbose_name_plural = _("政策草稿")
        ordering = ["-id"]
        indexes = [models.Index(fields=["pack", "policy", "-id"], name="policy_draft_policy")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(published_by__isnull=False) & ~Q(published_by=models.F("written_by"))),
                name="policy_draft_two_persons",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Simulation(models.Model):
    """What drafts would change for the register (政策测算): several scenarios side by side, worked out in the background.

    scenarios: [{name, texts: {policy: text}}]. result: see ``core.policy.simulating``; done, total: steps of the work.
    """

    pack = models.CharField(_("地方包"), max_length=32)
    policy = models.CharField(_("政策"), max_length=64)
    as_of = models.DateField(_("截至日"))
    scenarios = models.JSONField(_("方案"))
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("共"), default=0)
    result = models.JSONField(_("结果"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("测算人")
    )
    asked_at = models.DateTimeField(_("测算时间"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("政策测算")
        verbose_name_plural = _("政策测算")
        ordering = ["-id"]
        indexes = [models.Index(fields=["pack", "policy", "-id"], name="simulation_policy")]

    def __str__(self) -> str:
        return f"{self.policy} {self.as_of}"
