"""Published policy versions, runs over the register, and what they found (政策版本、筛查、认定)."""

from __future__ import annotations

import struct
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.sealing import SealedJSONField, sealed_in_profile


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


class SweepRun(models.Model):
    """One run of a pack's policies over its register (政策找人筛查); the newest complete one is shown.

    cursor: the last person who was asked; touched_at: when. What a run wrote is seen once it has a ``finished_at``.
    """

    pack = models.CharField(_("地方包"), max_length=32)
    as_of = models.DateField(_("截至日"))
    engine = models.CharField(_("引擎"), max_length=16)
    persons = models.PositiveIntegerField(_("人数"), default=0)
    engine_version = models.CharField(_("引擎版本"), max_length=40, blank=True)
    texts = models.JSONField(_("政策文本"), default=list)  # [policy, digest of its text] in order
    vocabulary = models.CharField(_("词汇摘要"), max_length=64, blank=True)
    cursor = models.BigIntegerField(_("进度"), default=0)
    touched_at = models.DateTimeField(_("最近写入"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("筛查")
        verbose_name_plural = _("筛查")
        indexes = [models.Index(fields=["pack", "-id"], name="sweep_run_pack")]

    def __str__(self) -> str:
        return f"{self.pack} {self.as_of}"

    @property
    def determinations(self) -> models.QuerySet[Determination]:
        return Determination.objects.filter(answer__run=self)


class ProfileSnapshot(models.Model):
    """A profile as it was when something was determined (画像快照); equal profiles share one row, never rewritten."""

    digest = models.CharField(_("摘要"), max_length=64, primary_key=True)
    values = SealedJSONField(_("画像"), names=sealed_in_profile)

    class Meta:
        verbose_name = _("画像快照")
        verbose_name_plural = _("画像快照")

    def __str__(self) -> str:
        return self.digest


class RunAnswer(models.Model):
    """One of the different answers of a run (结论): a benefit under a version, yes, no or unknown, and the clauses not met.

    place: its number within the run, by which ``RunPerson`` tells it. version: ``since`` of the version that the person falls
    under; None where that is none or not known. failed: a bit for each clause that is surely not met, see
    ``core.policy.clauses``. persons: how many it was given. amount_fen: what those of a yes come to together.
    """

    class Verdict(models.TextChoices):
        YES = "yes", _("符合")
        NO = "no", _("不符合")
        UNKNOWN = "unknown", _("待补充材料")

    run = models.ForeignKey(SweepRun, models.CASCADE, related_name="answers", verbose_name=_("筛查"))
    place = models.PositiveIntegerField(_("序号"))
    policy = models.CharField(_("政策"), max_length=64)
    benefit = models.CharField(_("待遇"), max_length=64)
    version = models.DateField(_("施行日"), null=True, blank=True)
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    failed = models.BigIntegerField(_("未通过条款"), default=0)
    persons = models.PositiveIntegerField(_("人数"), default=0)
    amount_fen = models.BigIntegerField(_("金额（分）"), default=0)

    class Meta:
        verbose_name = _("结论")
        verbose_name_plural = _("结论")
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="run_answer_place")]
        indexes = [models.Index(fields=["run", "policy", "benefit", "verdict"], name="run_answer_benefit")]

    def __str__(self) -> str:
        return f"{self.policy}/{self.benefit} {self.verdict}"


class RunPerson(models.Model):
    """Everything that a run answered about one person (逐人结论), also what is a no, with the profile that decided.

    answers: places of ``RunAnswer``, four bytes each, the lowest first, benefits in the order of the run; empty where an
    older run did not keep them. No constraint in the database: a run writes millions of these at once.
    """

    run = models.ForeignKey(SweepRun, models.CASCADE, related_name="people", verbose_name=_("筛查"))
    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="+", db_constraint=False, verbose_name=_("人才")
    )
    snapshot = models.ForeignKey(
        ProfileSnapshot,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("画像快照"),
    )
    answers = models.BinaryField(_("结论序号"), default=b"")

    class Meta:
        verbose_name = _("逐人结论")
        verbose_name_plural = _("逐人结论")
        constraints = [models.UniqueConstraint(fields=["person", "run"], name="run_person_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.person_id}"

    @property
    def places(self) -> tuple[int, ...]:
        return struct.unpack(f"<{len(self.answers) // 4}I", self.answers)


class Determination(models.Model):
    """What a run found for a person and a benefit (认定): yes, or unknown with something missing; a no stands in ``RunPerson``.

    amount_fen: total of the whole schedule after stacking and caps; 0 for benefits in kind. No constraint in the database,
    as in ``RunPerson``.
    """

    class Verdict(models.TextChoices):
        YES = "yes", _("符合")
        UNKNOWN = "unknown", _("待补充材料")

    answer = models.ForeignKey(
        RunAnswer,
        models.CASCADE,
        related_name="determinations",
        db_constraint=False,
        db_index=False,
        verbose_name=_("结论"),
    )
    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="determinations", db_constraint=False
    )
    amount_fen = models.BigIntegerField(_("金额（分）"), default=0)

    class Meta:
        verbose_name = _("认定")
        verbose_name_plural = _("认定")
        constraints = [models.UniqueConstraint(fields=["answer", "person"], name="determination_once")]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.person_id}"

    @property
    def run(self) -> SweepRun:
        return self.answer.run

    @property
    def policy(self) -> str:
        return self.answer.policy

    @property
    def benefit(self) -> str:
        return self.answer.benefit

    @property
    def verdict(self) -> str:
        return self.answer.verdict


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
