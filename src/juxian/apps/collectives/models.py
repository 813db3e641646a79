"""Teams and carriers, their members and equipment, and mentoring pairs (团队、平台载体、成员、设备、师徒)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.collectives.enums import Sort
from juxian.apps.organisations.models import Organisation

ORGANISATION, PERSON = "organisations.Organisation", "persons.Person"


class CollectiveQuerySet(models.QuerySet["Collective"]):
    def under(self, *paths: str) -> Self:
        """Those of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))

    def on(self, day: date) -> Self:
        """Those that stood on a day; ``until`` is exclusive."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Collective(models.Model):
    """A team or a carrier (团队、平台载体): 创新团队, 重点实验室, 院士专家工作站, 技能大师工作室, 孵化器 …

    kind: of the pack's ``collectives.yaml``. level: of scale ``collective_level``, empty where unknown. host: the unit
    that it stands in (依托单位). carrier: where a team works. due: the last day of its term, a reminder and no end;
    until: the day from which it is no more.
    """

    home = models.ForeignKey(
        ORGANISATION, models.PROTECT, related_name="collectives", verbose_name=_("管辖机构")
    )
    sort = models.CharField(_("类型"), max_length=8, choices=Sort.choices)
    kind = models.CharField(_("类别"), max_length=64)
    level = models.CharField(_("级别"), max_length=32, blank=True)
    name = models.CharField(_("名称"), max_length=120)
    host = models.ForeignKey(ORGANISATION, models.PROTECT, related_name="+", verbose_name=_("依托单位"))
    carrier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="teams", verbose_name=_("依托平台")
    )
    field = models.CharField(_("方向领域"), max_length=120, blank=True)
    document = models.CharField(_("批准文件"), max_length=120, blank=True)
    since = models.DateField(_("认定日期"))
    due = models.DateField(_("期满日"), null=True, blank=True)
    until = models.DateField(_("撤销日"), null=True, blank=True)
    reason = models.CharField(_("撤销理由"), max_length=200, blank=True)
    objects = CollectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("团队与平台")
        verbose_name_plural = _("团队与平台")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="collective_until_not_before_since"
            ),
            models.CheckConstraint(
                condition=Q(due=None) | Q(due__gte=F("since")), name="collective_due_not_before_since"
            ),
            models.CheckConstraint(
                condition=Q(carrier=None) | Q(sort=Sort.TEAM), name="collective_team_has_carrier"
            ),
            models.UniqueConstraint(
                fields=["home", "kind", "name"], condition=Q(until=None), name="collective_once"
            ),
        ]
        indexes = [
            models.Index(fields=["home", "sort", "-id"], name="collective_home"),
            models.Index(fields=["host", "sort"], name="collective_host"),
        ]

    def __str__(self) -> str:
        return self.name


class StayQuerySet(models.QuerySet["Stay"]):
    def on(self, day: date) -> Self:
        """Members on a day; ``until`` is exclusive."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Stay(models.Model):
    """One stay of a person in a team or carrier (成员) in one role; another role is a further row.

    role: of scale ``collective_role``. leads: the one leader; never two at a time.
    """

    collective = models.ForeignKey(
        Collective, models.CASCADE, related_name="stays", verbose_name=_("团队与平台")
    )
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="stays", verbose_name=_("人才"))
    role = models.CharField(_("角色"), max_length=32)
    leads = models.BooleanField(_("负责人"), default=False)
    since = models.DateField(_("加入日期"))
    until = models.DateField(_("退出日期"), null=True, blank=True)
    reason = models.CharField(_("退出理由"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("团队与平台成员")
        verbose_name_plural = _("团队与平台成员")
        ordering = ["-leads", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="stay_until_not_before_since"
            ),
            models.UniqueConstraint(
                fields=["collective", "person"], condition=Q(until=None), name="stay_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["collective"], condition=Q(until=None, leads=True), name="stay_one_leader"
            ),
        ]
        indexes = [models.Index(fields=["person", "since"], name="stay_person")]

    def __str__(self) -> str:
        return f"{self.collective_id}: {self.person_id}"


class Equipment(models.Model):
    """Equipment of a carrier (仪器设备). worth_fen: of all pieces together; shared: others may book it."""

    collective = models.ForeignKey(
        Collective, models.CASCADE, related_name="equipment", verbose_name=_("平台载体")
    )
    name = models.CharField(_("设备名称"), max_length=120)
    pieces = models.PositiveIntegerField(_("台（套）数"), default=1)
    worth_fen = models.BigIntegerField(_("原值"), null=True, blank=True)
    shared = models.BooleanField(_("对外共享"), default=False)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("仪器设备")
        verbose_name_plural = _("仪器设备")
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="equipment_until_not_before_since"
            ),
            models.CheckConstraint(
                condition=Q(worth_fen=None) | Q(worth_fen__gte=0), name="equipment_worth_not_negative"
            ),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="equipment_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.name


class PairingQuerySet(models.QuerySet["Pairing"]):
    def under(self, *paths: str) -> Self:
        return self.filter(home__in=Organisation.objects.under(*paths))

    def on(self, day: date) -> Self:
        """Pairs that stood on a day; ``until`` is exclusive."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Pairing(models.Model):
    """A mentor and an apprentice (师带徒、导师制). kind: of the pack's ``collectives.yaml``; outcome: of scale
    ``pairing_outcome``, set when it has ended. due: the last day that was agreed on.
    """

    home = models.ForeignKey(
        ORGANISATION, models.PROTECT, related_name="pairings", verbose_name=_("管辖机构")
    )
    kind = models.CharField(_("类别"), max_length=64)
    mentor = models.ForeignKey(
        PERSON, models.CASCADE, related_name="pairings_as_mentor", verbose_name=_("导师")
    )
    apprentice = models.ForeignKey(
        PERSON, models.CASCADE, related_name="pairings_as_apprentice", verbose_name=_("学员")
    )
    aim = models.CharField(_("培养目标"), max_length=200, blank=True)
    since = models.DateField(_("结对日期"))
    due = models.DateField(_("约定期满日"), null=True, blank=True)
    until = models.DateField(_("结束日期"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=32, blank=True)
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("师徒结对")
        verbose_name_plural = _("师徒结对")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(mentor=F("apprentice")), name="pairing_of_two"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="pairing_until_not_before_since"
            ),
            models.CheckConstraint(
                condition=Q(due=None) | Q(due__gte=F("since")), name="pairing_due_not_before_since"
            ),
            models.CheckConstraint(
                condition=Q(until=None, outcome="") | (Q(until__isnull=False) & ~Q(outcome="")),
                name="pairing_ends_with_an_outcome",
            ),
            models.UniqueConstraint(
                fields=["kind", "mentor", "apprentice"], condition=Q(until=None), name="pairing_once"
            ),
        ]
        indexes = [models.Index(fields=["home", "-id"], name="pairing_home")]

    def __str__(self) -> str:
        return f"{self.mentor_id} → {self.apprentice_id}"
