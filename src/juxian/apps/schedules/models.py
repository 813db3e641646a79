"""When periodic work is due, and who does it now (定时工作)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Schedule(models.Model):
    """One periodic job (定时工作). leased_until: somebody works on it until then. fence: rises with every lease, so that
    a worker that was believed dead cannot settle what another has taken over.
    """

    name = models.CharField(_("名称"), max_length=64, unique=True)
    due_at = models.DateTimeField(_("下次时间"), db_index=True)
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    fence = models.PositiveBigIntegerField(_("轮次"), default=0)
    finished_at = models.DateTimeField(_("上次完成"), null=True, blank=True)
    outcome = models.CharField(_("上次结果"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("定时工作")
        verbose_name_plural = _("定时工作")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
