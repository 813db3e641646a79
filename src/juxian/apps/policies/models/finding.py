"""Nightly search for those who have become entitled (政策找人), and how far each person was asked."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.policies.models.runs import ProfileSnapshot


class FindRun(models.Model):
    """One search for persons who have become entitled (政策找人): only those are asked whom something has changed for.

    since: the day of the run before, None for the first one, which finds how things stand and tells nobody. texts: [policy,
    digest, versions in force]. changed: policies that everybody is asked about. cursor: how far that has come (person), -1
    before the profiles of the day are derived.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        FINISHED = "finished", _("已完成")
        SUPERSEDED = "superseded", _("已由后一次代替")

    pack = models.CharField(_("地方包"), max_length=32)
    as_of = models.DateField(_("截至日"))
    since = models.DateField(_("上次截至日"), null=True)
    texts = models.JSONField(_("政策文本"), default=list)
    vocabulary = models.CharField(_("词汇摘要"), max_length=64, blank=True)
    engine_version = models.CharField(_("引擎版本"), max_length=40, blank=True)
    changed = models.JSONField(_("有变化的政策"), default=list)
    cursor = models.BigIntegerField(_("进度"), default=-1)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.RUNNING)
    asked = models.PositiveIntegerField(_("重算人次"), default=0)
    found = models.PositiveIntegerField(_("新符合"), default=0)
    altered = models.PositiveIntegerField(_("金额变化"), default=0)
    ended = models.PositiveIntegerField(_("不再符合"), default=0)
    started_at = models.DateTimeField(_("开始"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("政策找人")
        verbose_name_plural = _("政策找人")
        indexes = [models.Index(fields=["pack", "state", "-id"], name="find_run_pack")]
        constraints = [
            models.UniqueConstraint(
                fields=["pack"], condition=Q(state="running"), name="find_run_one_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.as_of}"


class Examined(models.Model):
    """How far a person was asked (已查). changed: rises with each change of the facts; seen: its value when last asked."""

    person = models.OneToOneField("persons.Person", models.CASCADE, primary_key=True, related_name="examined")
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    changed = models.PositiveIntegerField(_("变化次数"), default=0)
    seen = models.PositiveIntegerField(_("已查到"), default=0)

    class Meta:
        verbose_name = _("已查")
        verbose_name_plural = _("已查")
        indexes = [
            models.Index(fields=["home"], name="examined_stale", condition=~Q(changed=models.F("seen")))
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Turning(models.Model):
    """The next day on which time alone may change what a person gets under a policy (到期再查)."""

    person = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("人才"))
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    policy = models.CharField(_("政策"), max_length=64)
    turns_on = models.DateField(_("再查日"))

    class Meta:
        verbose_name = _("到期再查")
        verbose_name_plural = _("到期再查")
        indexes = [models.Index(fields=["home", "turns_on"], name="turning_due")]
        constraints = [models.UniqueConstraint(fields=["person", "policy"], name="turning_once")]

    def __str__(self) -> str:
        return f"{self.policy} {self.turns_on}"


class FoundQuerySet(models.QuerySet["Found"]):
    def standing(self) -> Self:
        """Of persons who are still entitled."""
        return self.filter(ended_on=None)

    def told(self) -> Self:
        """Those that a run found new, not those that stood when the first one began."""
        return self.exclude(state=Found.State.KNOWN)


class Found(models.Model):
    """A benefit that a run found a person entitled to (符合的待遇), until it no longer is so.

    amount_fen: as it stands; before_fen: what it was before the run that changed it. digest, snapshot: the text and the
    profile that decided. decides_on: without application, the day from which it is granted. outcome: of granting.
    """

    class State(models.TextChoices):
        KNOWN = "known", _("已知符合")
        NEW = "new", _("新符合")
        WAITING = "waiting", _("免申待核定")
        DECLINED = "declined", _("本人放弃")
        GRANTED = "granted", _("已核定")
        STOPPED = "stopped", _("未能核定")

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    person = models.ForeignKey("persons.Person", models.CASCADE, related_name="found", verbose_name=_("人才"))
    run = models.ForeignKey(FindRun, models.PROTECT, related_name="rows", verbose_name=_("政策找人"))
    policy = models.CharField(_("政策"), max_length=64)
    benefit = models.CharField(_("待遇"), max_length=64)
    amount_fen = models.BigIntegerField(_("金额（分）"), default=0)
    before_fen = models.BigIntegerField(_("原金额（分）"), null=True, blank=True)
    digest = models.CharField(_("文本摘要"), max_length=64)
    snapshot = models.ForeignKey(
        ProfileSnapshot, models.PROTECT, related_name="+", verbose_name=_("画像快照")
    )
    state = models.CharField(_("状态"), max_length=12, choices=State.choices)
    found_on = models.DateField(_("符合日"))
    decides_on = models.DateField(_("核定日"), null=True, blank=True)
    ended_on = models.DateField(_("不再符合日"), null=True, blank=True)
    outcome = models.CharField(_("办理结果"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    objects = FoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("符合的待遇")
        verbose_name_plural = _("符合的待遇")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["home", "policy", "-id"], name="found_policy"),
            models.Index(fields=["state", "decides_on"], name="found_due"),
            models.Index(fields=["run"], name="found_run"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "policy", "benefit"], condition=Q(ended_on=None), name="found_standing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.policy}/{self.benefit}"
