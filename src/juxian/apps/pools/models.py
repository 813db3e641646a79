"""Pools and who is, and was, in them (分类人才库及成员)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.apps.pools.enums import Entry


class PoolQuerySet(models.QuerySet["Pool"]):
    def under(self, *paths: str) -> Self:
        """Pools of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))


class Pool(models.Model):
    """A named set of persons of one jurisdiction (人才库): overseas, reserve, experts, village doctors …

    condition: text of the rule language over the profile; empty for pools of hand-picked members alone.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="pools", verbose_name=_("管辖机构")
    )
    code = models.CharField(_("代码"), max_length=64)
    title = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    description = models.CharField(_("说明"), max_length=300, blank=True)
    condition = models.CharField(_("条件"), max_length=2000, blank=True)
    refreshed_on = models.DateField(_("更新日期"), null=True, blank=True)
    objects = PoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("分类人才库")
        verbose_name_plural = _("分类人才库")
        ordering = ["home", "id"]
        constraints = [models.UniqueConstraint(fields=["home", "code"], name="pool_once")]

    def __str__(self) -> str:
        return self.title


class MembershipQuerySet(models.QuerySet["Membership"]):
    def standing(self) -> Self:
        """Members now; merged records stand for nobody."""
        return self.filter(until=None, person__merged_into=None)

    def on(self, day: date) -> Self:
        """Members on a day; ``until`` is exclusive."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Membership(models.Model):
    """One stay of a person in a pool (在库记录); a return is a further row. barred: taken out by hand, for good."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="memberships", verbose_name=_("分类人才库"))
    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="memberships", verbose_name=_("人才")
    )
    entry = models.CharField(_("入库方式"), max_length=12, choices=Entry.choices)
    since = models.DateField(_("入库日期"))
    until = models.DateField(_("出库日期"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    barred = models.BooleanField(_("不再自动入库"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("在库记录")
        verbose_name_plural = _("在库记录")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="membership_until_not_before_since"
            ),
        ]
        indexes = [
            models.Index(fields=["pool", "until", "-id"], name="membership_pool"),
            models.Index(fields=["person", "pool"], name="membership_person"),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.person_id}"
