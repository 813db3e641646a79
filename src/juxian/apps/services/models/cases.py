"""Cases, their history and what their decisions do (办件、办理记录、办理结果)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.sealing import SealedJSONField
from juxian.apps.services.enums import EffectState, Gone

ORGANISATION = "organisations.Organisation"
PERSON = "persons.Person"


class CaseQuerySet(models.QuerySet["Case"]):
    def running(self) -> Self:
        """Not ended (办理中)."""
        return self.filter(result="")


class Case(models.Model):
    """One application from the first word to the last (办件). Compare-and-set is on ``state`` and ``version``.

    Who applies is ``person``, or ``unit`` for itself; ``employer`` is the unit that the person works for, at the time of
    applying. home: the jurisdiction. officer: who helps through it (帮办/专员). data: answers, materials, held, profile as
    the engine keeps them. group: number shared by cases of one joint application (一件事). due_on: last day of the whole case,
    else the nearest. paper: taken in at a counter (窗口代录). asked_twice: materials asked for more than once.
    """

    number = models.CharField(_("办件编号"), max_length=24, unique=True)
    definition = models.ForeignKey(
        "services.Definition", models.PROTECT, related_name="cases", verbose_name=_("事项版本")
    )
    service = models.CharField(_("事项"), max_length=64)
    home = models.ForeignKey(ORGANISATION, models.PROTECT, related_name="cases", verbose_name=_("管辖机构"))
    person = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("申请人")
    )
    unit = models.ForeignKey(
        ORGANISATION, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申请单位")
    )
    employer = models.ForeignKey(
        ORGANISATION, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("用人单位")
    )
    applicant = models.CharField(_("申请人姓名"), max_length=120)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发起人"),
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("帮办专员"),
    )
    state = models.CharField(_("环节"), max_length=64)
    version = models.PositiveIntegerField(_("版次"))
    result = models.CharField(_("办理结果"), max_length=10, choices=Gone.choices, blank=True)
    data = SealedJSONField(_("内容"), default=dict)
    group = models.CharField(_("合办编号"), max_length=40, blank=True)
    paper = models.BooleanField(_("窗口代录"), default=False)
    opened_at = models.DateTimeField(_("发起时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    moved_at = models.DateTimeField(_("最近办理"))
    due_on = models.DateField(_("到期日"), null=True, blank=True)
    provisional = models.BooleanField(_("到期日待定"), default=False)
    supplementing = models.BooleanField(_("补正中"), default=False)
    returns = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    asked_twice = models.PositiveSmallIntegerField(_("重复索要"), default=0)
    working_days = models.PositiveIntegerField(_("办理工作日"), null=True, blank=True)
    on_time = models.BooleanField(_("按时办结"), null=True, blank=True)
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("办件")
        verbose_name_plural = _("办件")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["home", "-id"], name="case_home"),
            models.Index(fields=["home", "service", "-id"], name="case_service"),
            models.Index(fields=["person", "-id"], name="case_person"),
            models.Index(fields=["employer", "-id"], name="case_employer"),
            models.Index(fields=["unit", "-id"], name="case_unit"),
            models.Index(fields=["officer", "-id"], name="case_officer"),
            models.Index(fields=["group"], name="case_group", condition=~Q(group="")),
            models.Index(fields=["home", "due_on", "id"], name="case_running", condition=Q(result="")),
            models.Index(
                fields=["applicant"],
                name="case_applicant",
                condition=Q(result=""),
                opclasses=["varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ended(self) -> bool:
        return bool(self.result)


class CaseSeries(models.Model):
    """The last case number given in a jurisdiction in a year (办件编号流水)."""

    home = models.ForeignKey(ORGANISATION, models.PROTECT, related_name="+", verbose_name=_("管辖机构"))
    year = models.PositiveSmallIntegerField(_("年份"))
    last = models.PositiveIntegerField(_("最后编号"), default=0)

    class Meta:
        verbose_name = _("办件编号流水")
        verbose_name_plural = _("办件编号流水")
        constraints = [models.UniqueConstraint(fields=["home", "year"], name="case_series_once")]

    def __str__(self) -> str:
        return f"{self.home_id} {self.year}"


class CaseEvent(models.Model):
    """One line of a case's history (办理记录); only ever added, the database refuses all else.

    Words of core.services.cases.Event.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", verbose_name=_("办件"))
    version = models.PositiveIntegerField(_("版次"))
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    role = models.CharField(_("身份"), max_length=24, blank=True)
    on_behalf = models.CharField(_("代办"), max_length=64, blank=True)
    action = models.CharField(_("动作"), max_length=64)
    before = models.CharField(_("原环节"), max_length=64, blank=True)
    after = models.CharField(_("新环节"), max_length=64, blank=True)
    task = models.CharField(_("岗位"), max_length=130, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    detail = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["case_id", "version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version", "position"], name="case_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.before} → {self.after}"


class CaseEffect(models.Model):
    """What a decision does (办理结果), once by ``key``. made: what the app that did it calls the result."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="effects", verbose_name=_("办件"))
    key = models.CharField(_("编号"), max_length=120)  # within the case
    kind = models.CharField(_("种类"), max_length=16)
    target = models.CharField(_("对象"), max_length=64)
    values = SealedJSONField(_("内容"), default=dict)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=8, choices=EffectState.choices, default=EffectState.WAITING
    )
    waits_for = models.CharField(_("未执行原因"), max_length=200, blank=True)
    made = models.CharField(_("结果"), max_length=120, blank=True)
    done_at = models.DateTimeField(_("执行时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("办理结果")
        verbose_name_plural = _("办理结果")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="case_effect_once")]
        indexes = [
            models.Index(fields=["id"], name="case_effect_waiting", condition=Q(state=EffectState.WAITING))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"
