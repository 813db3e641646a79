"""Definitions as cases began with them, the announced days, and when nothing is taken in (事项定义、放假安排、停办期)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class Definition(models.Model):
    """One version of a service (事项版本); never rewritten, a case refers to the one that it follows.

    text: YAML as read, after what the pack lays over its parent. digest: SHA-256 of it, as in core.services.
    """

    pack = models.CharField(_("地方包"), max_length=32)
    service = models.CharField(_("事项"), max_length=64)
    digest = models.CharField(_("摘要"), max_length=64)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("英文名称"), max_length=200)
    text = models.TextField(_("定义"))
    since = models.DateTimeField(_("启用时间"))

    class Meta:
        verbose_name = _("事项版本")
        verbose_name_plural = _("事项版本")
        constraints = [models.UniqueConstraint(fields=["pack", "service", "digest"], name="definition_once")]

    def __str__(self) -> str:
        return self.title


class CalendarYear(models.Model):
    """The announced days of one year that were uploaded (放假安排); the newest row of a year holds."""

    year = models.PositiveSmallIntegerField(_("年份"))
    text = models.TextField(_("安排"))  # as uploaded; read by core.workdays.read_year
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上传人"),
    )

    class Meta:
        verbose_name = _("放假安排")
        verbose_name_plural = _("放假安排")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.year)


class FreezePeriod(models.Model):
    """Days on which a place takes in no application of a service, or of none (停办期). ``until`` is exclusive."""

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    service = models.CharField(_("事项"), max_length=64, blank=True)  # empty: all
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    reason = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = _("停办期")
        verbose_name_plural = _("停办期")
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=F("since")), name="freeze_until_after_since")
        ]

    def __str__(self) -> str:
        return f"{self.since}–{self.until}"
