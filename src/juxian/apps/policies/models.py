"""Published policy versions, runs over the register, and what they found (政策版本、筛查、认定)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyVersion(models.Model):
    """One version of a policy's text as published (政策版本); never rewritten, kept for ever."""

    pack = models.CharField(_("地方包"), max_length=32)
    policy = models.CharField(_("政策"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    since = models.DateField(_("施行日"))
    until = models.DateField(_("失效日"), null=True, blank=True)
    text = models.TextField(_("原文"))  # the YAML of the whole policy file
    digest = models.CharField(_("摘要"), max_length=64)
    published_at = models.DateTimeField(_("发布时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("政策版本")
        verbose_name_plural = _("政策版本")
        ordering = ["pack", "policy", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "policy", "since", "digest"], name="policy_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.since}"


class SweepRun(models.Model):
    """One run of a pack's policies over its register (政策找人筛查); the newest complete one is shown."""

    pack = models.CharField(_("地方包"), max_length=32)
    as_of = models.DateField(_("截至日"))
    engine = models.CharField(_("引擎"), max_length=16)
    persons = models.PositiveIntegerField(_("人数"), default=0)
    started_at = models.DateTimeField(_("开始"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("筛查")
        verbose_name_plural = _("筛查")
        indexes = [models.Index(fields=["pack", "-id"], name="sweep_run_pack")]


class Determination(models.Model):
    """What a run found for a person and a benefit (认定): yes, or unknown with something missing; no is not stored.

    amount_fen: total of the whole schedule after stacking and caps; 0 for benefits in kind.
    """

    class Verdict(models.TextChoices):
        YES = "yes", _("符合")
        UNKNOWN = "unknown", _("待补充材料")

    run = models.ForeignKey(SweepRun, models.CASCADE, related_name="determinations")
    person = models.ForeignKey("persons.Person", models.CASCADE, related_name="determinations")
    policy = models.CharField(_("政策"), max_length=64)
    benefit = models.CharField(_("待遇"), max_length=64)
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    amount_fen = models.BigIntegerField(_("金额（分）"), default=0)

    class Meta:
        verbose_name = _("认定")
        verbose_name_plural = _("认定")
        constraints = [
            models.UniqueConstraint(fields=["run", "person", "policy", "benefit"], name="determination_once")
        ]
        indexes = [models.Index(fields=["run", "policy", "benefit", "verdict"], name="determination_benefit")]
