"""A register on one day, kept to be counted (盘点), and what units need (需求)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.stocktake.enums import Knowledge


class Take(models.Model):
    """The register of one jurisdiction as of one day (某日盘点); it can be made again and says nothing of its own.

    last_fact: the newest fact when it was made, so that a later one shows it to be out of date. made_at: empty while
    it is being made.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    day = models.DateField(_("截至日"))
    knowledge = models.CharField(_("口径"), max_length=8, choices=Knowledge.choices)
    asked_at = models.DateTimeField(_("提出时间"))
    made_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    people = models.PositiveIntegerField(_("人数"), default=0)
    last_fact = models.BigIntegerField(_("最后信息项"), default=0)

    class Meta:
        verbose_name = _("盘点")
        verbose_name_plural = _("盘点")
        constraints = [
            models.UniqueConstraint(fields=["home", "day", "knowledge"], name="take_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.home} {self.day}"


class TakeRow(models.Model):
    """One person in a take; the columns are those of the profile, derived for the day (core.facts.profile)."""

    COLUMNS = (
        "birth_date", "gender", "degree", "academic_degree", "discipline", "title_level", "talent_level",
        "skill_level", "six_ranks", "employer", "status",
    )  # fmt: skip

    take = models.ForeignKey(Take, models.CASCADE, related_name="rows", verbose_name=_("盘点"))
    person = models.ForeignKey("persons.Person", models.CASCADE, related_name="+", verbose_name=_("人才"))
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    gender = models.CharField(_("性别"), max_length=16, null=True, blank=True)
    degree = models.CharField(_("学历"), max_length=32, null=True, blank=True)
    academic_degree = models.CharField(_("学位"), max_length=32, null=True, blank=True)
    discipline = models.CharField(_("学科"), max_length=32, null=True, blank=True)
    title_level = models.CharField(_("职称级别"), max_length=32, null=True, blank=True)
    talent_level = models.CharField(_("人才层次"), max_length=32, null=True, blank=True)
    skill_level = models.CharField(_("技能等级"), max_length=32, null=True, blank=True)
    six_ranks = models.CharField(_("人才队伍"), max_length=32, null=True, blank=True)
    employer = models.CharField(_("用人单位"), max_length=64, null=True, blank=True)
    status = models.CharField(_("在岗状态"), max_length=32, null=True, blank=True)

    class Meta:
        verbose_name = _("盘点人员")
        verbose_name_plural = _("盘点人员")
        constraints = [models.UniqueConstraint(fields=["take", "person"], name="take_person_once")]
        indexes = [models.Index(fields=["take", "employer"], name="take_employer")]

    def __str__(self) -> str:
        return f"{self.take_id} {self.person_id}"


class NeedQuerySet(models.QuerySet["Need"]):
    def current_on(self, day: object) -> Self:
        """What is needed on ``day``."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Need(models.Model):
    """How many people of one level a unit needs (岗位需求); a new figure ends the old one, which stays readable.

    field, level: a column of ``TakeRow`` with a scale and a level of it, e.g. ``title_level`` ``senior``.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    unit = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("用人单位")
    )
    field = models.CharField(_("结构项"), max_length=32)
    level = models.CharField(_("级别"), max_length=32)
    number = models.PositiveIntegerField(_("需要人数"))
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    since = models.DateField(_("生效日"))
    until = models.DateField(_("失效日"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    entered_at = models.DateTimeField(_("登记时间"))
    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("岗位需求")
        verbose_name_plural = _("岗位需求")
        ordering = ["unit__path", "field", "level", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "field", "level"], condition=Q(until=None), name="need_once_open"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="need_until_after_since"
            ),
        ]
        indexes = [models.Index(fields=["home", "field"], name="need_home")]

    def __str__(self) -> str:
        return f"{self.unit} {self.field} {self.level} {self.number}"
