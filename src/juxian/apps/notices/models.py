"""A notice and what it shows (公示)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.notices.enums import NoticeState


class NoticeQuerySet(models.QuerySet["Notice"]):
    def standing_on(self, day: date) -> Self:
        """Public on ``day``: a notice whose period is over is down, whether or not the periodic work has run."""
        return self.filter(state=NoticeState.PUBLIC, since__lte=day, until__gt=day)


class Notice(models.Model):
    """A public notice (公示). ``rows`` are made from ``fields`` of the persons when it is published, never typed.

    fields: values of ``NoticeField``. numbers: of the persons, while it is a draft. until: exclusive.
    """

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="notices", verbose_name=_("发布单位")
    )
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("正文"))
    fields = models.JSONField(_("公示字段"), default=list)
    numbers = models.JSONField(_("人才编号"), default=list)
    rows = models.JSONField(_("公示名单"), default=list)
    attachment = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("附件")
    )
    state = models.CharField(_("状态"), max_length=8, choices=NoticeState.choices, default=NoticeState.DRAFT)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("拟稿人")
    )
    written_at = models.DateTimeField(_("拟稿时间"), auto_now_add=True)
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="notice_until_after_since")
        ]
        indexes = [models.Index(fields=["state", "until"], name="notice_standing")]

    def __str__(self) -> str:
        return self.title
