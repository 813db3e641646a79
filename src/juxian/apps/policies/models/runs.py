"""Runs of all policies over the whole register, and what they answered (筛查与认定)."""

from __future__ import annotations

import struct

from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.sealing import SealedJSONField, sealed_in_profile


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
