"""Whose turn it is in a case, its clocks and its letters (待办、计时、文书)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FAR = date(9999, 12, 31)  # of work without a last day, so that it stands last


class Turn(models.Model):
    """One place of work in a case (待办); core.services.cases.Task with what the office wants to know about it.

    key: of the post. current: belongs to the present step; open: not answered. waiting: for the applicant's supplement.
    officer: who has taken it. done_key: the engine's word for who answered. marks: [[name, note]]. proposal: [action, by, reason].
    rests: [[since, until or null]], when it waited for the applicant; the day ``since`` was worked on, ``until`` was not.
    """

    case = models.ForeignKey("services.Case", models.CASCADE, related_name="turns", verbose_name=_("办件"))
    key = models.CharField(_("岗位"), max_length=130)
    state = models.CharField(_("环节"), max_length=64)
    current = models.BooleanField(_("当前"), default=True)
    open = models.BooleanField(_("待办"), default=True)
    waiting = models.BooleanField(_("等待补正"), default=False)
    result = models.CharField(_("结论"), max_length=16, blank=True)
    done_key = models.CharField(_("办理人编号"), max_length=64, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    proposal = models.JSONField(_("待复核意见"), null=True, blank=True)
    marks = models.JSONField(_("补正标记"), default=list)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="turns",
        verbose_name=_("经办人"),
    )
    opened_at = models.DateTimeField(_("开始时间"))
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    due_on = models.DateField(_("到期日"), null=True, blank=True)
    provisional = models.BooleanField(_("到期日待定"), default=False)
    on_time = models.BooleanField(_("按时"), null=True, blank=True)
    rests = models.JSONField(_("等待补正的日子"), default=list)

    class Meta:
        verbose_name = _("待办")
        verbose_name_plural = _("待办")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], name="turn_current_once", condition=Q(current=True)
            )
        ]
        indexes = [
            models.Index(
                fields=["officer", "due_on"], name="turn_officer", condition=Q(current=True, open=True)
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def day(self) -> date:
        """The last day; ``FAR`` without one."""
        return self.due_on or FAR


class Seat(models.Model):
    """Who may take a turn: a role in an organisation (办理席位); what queues are read from.

    place: the engine's word, ``office``, ``unit:finance`` … organisation: None where the applicant is meant.
    due_on: of the turn, ``FAR`` without one. home, service: of the case. officer: who has taken the turn, else who helps
    through the case. All repeated so that one index serves a queue; of what is open they equal their source at every commit
    (``actions.seating``, ``juxian invariants``).
    """

    # db_index: the indexes below begin with these columns
    turn = models.ForeignKey(
        Turn, models.CASCADE, related_name="seats", db_index=False, verbose_name=_("待办")
    )
    case = models.ForeignKey(
        "services.Case", models.CASCADE, related_name="seats", db_index=False, verbose_name=_("办件")
    )
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    service = models.CharField(_("事项"), max_length=64)
    role = models.CharField(_("角色"), max_length=24)
    place = models.CharField(_("席位"), max_length=80)
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("机构"),
    )
    open = models.BooleanField(_("待办"), default=True)
    waiting = models.BooleanField(_("等待补正"), default=False)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("经办人"),
    )
    due_on = models.DateField(_("到期日"), default=FAR)

    class Meta:
        verbose_name = _("办理席位")
        verbose_name_plural = _("办理席位")
        constraints = [models.UniqueConstraint(fields=["turn", "role", "place"], name="seat_once")]
        indexes = [
            models.Index(
                fields=["organisation", "role", "waiting", "due_on", "id", "service"],
                name="seat_work",
                condition=Q(open=True),
            ),
            models.Index(
                fields=["officer", "organisation", "role", "waiting", "due_on", "id", "service"],
                name="seat_own",
                condition=Q(open=True, officer__isnull=False),
            ),
            models.Index(fields=["case", "organisation"], name="seat_case"),
            models.Index(fields=["organisation", "case"], name="seat_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.place}"


class Timer(models.Model):
    """A running clock of a case (计时); core.services.cases.Timer as a row, so that what is due is found by an index.

    key: of the post, ``supplement:`` and the post, or ``service``. pauses: [[since, until or null]]. waits: can still do
    something, that is, it neither rests nor has been told.
    """

    case = models.ForeignKey("services.Case", models.CASCADE, related_name="timers", verbose_name=_("办件"))
    key = models.CharField(_("计时"), max_length=150)
    days = models.PositiveSmallIntegerField(_("天数"))
    unit = models.CharField(_("单位"), max_length=8)
    counts_first_day = models.BooleanField(_("当日计入"))
    rolls = models.BooleanField(_("末日顺延"))
    since = models.DateField(_("起算日"))
    after_hours = models.BooleanField(_("下班后起算"))
    pauses = models.JSONField(_("中止"), default=list)
    due_on = models.DateField(_("到期日"))
    provisional = models.BooleanField(_("待定"))
    told = models.BooleanField(_("已告知"), default=False)
    waits = models.BooleanField(_("在计"), default=True)

    class Meta:
        verbose_name = _("计时")
        verbose_name_plural = _("计时")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="timer_once")]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="timer_due", condition=Q(waits=True, provisional=False)
            ),
            models.Index(fields=["due_on"], name="timer_dated"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.due_on}"


class CaseLetter(models.Model):
    """A letter of a case as it was written (文书); kept with the case, sent as messages to those it is for."""

    case = models.ForeignKey("services.Case", models.CASCADE, related_name="letters", verbose_name=_("办件"))
    version = models.PositiveIntegerField(_("版次"))
    letter = models.CharField(_("文书"), max_length=64)
    to = models.JSONField(_("送达对象"), default=list)
    subject_zh = models.CharField(_("标题"), max_length=200)
    subject_en = models.CharField(_("英文标题"), max_length=200)
    body_zh = models.TextField(_("正文"))
    body_en = models.TextField(_("英文正文"))
    held = models.BooleanField(_("须审发"), default=False)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.subject_zh

    def words(self, language: str) -> tuple[str, str]:
        """Subject and body."""
        return (self.subject_en, self.body_en) if language == "en" else (self.subject_zh, self.body_zh)


class CaseFile(models.Model):
    """A file handed in with a case (申请材料). material: its name in the definition."""

    case = models.ForeignKey("services.Case", models.CASCADE, related_name="files", verbose_name=_("办件"))
    material = models.CharField(_("材料"), max_length=64)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name=_("附件"))
    version = models.PositiveIntegerField(_("版次"))

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "material", "file"], name="case_file_once")]

    def __str__(self) -> str:
        return self.material
