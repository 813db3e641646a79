"""The library of circulars and speeches (文件库)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LibraryText(models.Model):
    """A text that the office keeps (文件): pasted or uploaded as plain text, shown as it is."""

    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="texts", verbose_name=_("所属机构")
    )
    title = models.CharField(_("标题"), max_length=200)
    issuer = models.CharField(_("发文单位"), max_length=120, blank=True)
    reference = models.CharField(_("文号"), max_length=80, blank=True)
    day = models.DateField(_("日期"), null=True, blank=True)
    body = models.TextField(_("正文"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("录入人")
    )
    added_at = models.DateTimeField(_("录入时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
