"""Traces of the register, pairs in doubt, decisions that stand for ever, merges that can be undone (查重)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.linking.enums import PairState, PairZone, Verdict
from juxian.apps.organisations.models import Organisation


class Trace(models.Model):
    """What a record is compared by (比对特征): whole numbers, 0 = unknown, see ``core.identity.linking.traces.Trace``.

    Made anew when the record changes. rare and homonym are those of the last run over the whole register.
    """

    person = models.OneToOneField(
        "persons.Person", models.CASCADE, primary_key=True, related_name="trace", verbose_name=_("人才")
    )
    home = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    name = models.BigIntegerField(default=0)
    sound = models.BigIntegerField(default=0)
    turned = models.BigIntegerField(default=0)
    near = models.BigIntegerField(default=0)
    surname = models.BigIntegerField(default=0)
    first = models.BigIntegerField(default=0)
    second = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0)
    first15 = models.BigIntegerField(default=0)
    region4 = models.BigIntegerField(default=0)
    region6 = models.BigIntegerField(default=0)
    tail4 = models.BigIntegerField(default=0)
    passport = models.BigIntegerField(default=0)
    permit = models.BigIntegerField(default=0)
    birth_day = models.BigIntegerField(default=0)
    birth_month = models.BigIntegerField(default=0)
    birth_year = models.BigIntegerField(default=0)
    gender = models.BigIntegerField(default=0)
    phone = models.BigIntegerField(default=0)
    phone_also = models.BigIntegerField(default=0)
    email = models.BigIntegerField(default=0)
    email_also = models.BigIntegerField(default=0)
    employer = models.BigIntegerField(default=0)
    school = models.BigIntegerField(default=0)
    native_place = models.BigIntegerField(default=0)
    contradicts = models.BigIntegerField(default=0)
    sheet = models.BigIntegerField(default=0)
    rare = models.BigIntegerField(default=0)
    homonym = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("比对特征")
        verbose_name_plural = _("比对特征")
        indexes = [
            models.Index(fields=["sound", "home"], name="trace_sound"),
            models.Index(fields=["number"], name="trace_number"),
            models.Index(fields=["first15"], name="trace_first15"),
            models.Index(fields=["phone"], name="trace_phone"),
            models.Index(fields=["email"], name="trace_email"),
            models.Index(fields=["birth_day", "near"], name="trace_birth"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class PairQuerySet(models.QuerySet["Pair"]):
    def waiting(self) -> Self:
        """Pairs that a person has to look at (待核对)."""
        return self.filter(state=PairState.OPEN, left__merged_into=None, right__merged_into=None)

    def under(self, *paths: str) -> Self:
        """Pairs of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))


class Pair(models.Model):
    """Two records that may be one person (疑似重复); ``left`` is the older.

    weight: hundredths of a bit. signs: mask of ``core.identity.linking.signs``. evidence: name of an evidence class.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    left = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("较早档案"))
    right = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("较晚档案"))
    weight = models.IntegerField(_("权重"))
    signs = models.BigIntegerField(_("证据"))
    zone = models.CharField(_("处置"), max_length=12, choices=PairZone.choices)
    evidence = models.CharField(_("证据类别"), max_length=32)
    state = models.CharField(_("状态"), max_length=12, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("疑似重复")
        verbose_name_plural = _("疑似重复")
        ordering = ["-weight", "id"]
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["home", "state", "evidence", "-weight"], name="pair_queue"),
            models.Index(fields=["right"], name="pair_right"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id}–{self.right_id}"


class Decision(models.Model):
    """What was found of two records (决定), kept for ever: every later run begins with it. The latest one counts.

    decided_by: empty for the automatic zone. bulk: decided together with others of its evidence class.
    """

    left = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("较早档案"))
    right = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("较晚档案"))
    verdict = models.CharField(_("决定"), max_length=12, choices=Verdict.choices)
    evidence = models.CharField(_("证据类别"), max_length=32, blank=True)
    signs = models.BigIntegerField(_("证据"), default=0)
    overrides = models.BooleanField(_("不顾反证"), default=False)
    bulk = models.BooleanField(_("批量"), default=False)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("决定人"),
    )
    decided_at = models.DateTimeField(_("决定时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("查重决定")
        verbose_name_plural = _("查重决定")
        ordering = ["-id"]
        indexes = [models.Index(fields=["left", "right"], name="decision_pair")]

    def __str__(self) -> str:
        return f"{self.left_id}–{self.right_id} {self.verdict}"


class Merge(models.Model):
    """Two records folded into one (合并). moved: ``app.Model.field`` → keys of the rows that went along."""

    keep = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="merges", verbose_name=_("保留档案")
    )
    drop = models.ForeignKey("persons.Person", models.PROTECT, related_name="+", verbose_name=_("并入档案"))
    moved = models.JSONField(_("随迁记录"), default=dict)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    merged_at = models.DateTimeField(_("合并时间"), auto_now_add=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("合并人"),
    )
    undone_at = models.DateTimeField(_("拆分时间"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("拆分人"),
    )
    undo_reason = models.CharField(_("拆分理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("合并")
        verbose_name_plural = _("合并")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["drop"], condition=Q(undone_at=None), name="merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.drop_id} → {self.keep_id}"


class Learnt(models.Model):
    """Weights that a register has taught (学得的权重), see ``core.identity.linking.weighing.Weights``."""

    home = models.OneToOneField(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    weights = models.JSONField(_("权重"))
    records = models.PositiveIntegerField(_("档案数"))
    learnt_at = models.DateTimeField(_("学习时间"), auto_now=True)

    class Meta:
        verbose_name = _("学得的权重")
        verbose_name_plural = _("学得的权重")

    def __str__(self) -> str:
        return str(self.home_id)
