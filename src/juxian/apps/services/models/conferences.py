"""The joint conference: what one office cannot settle, its agenda and its resolutions (联席会议)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.services.enums import ConferenceState


class Conference(models.Model):
    """One meeting of the departments (联席会议)."""

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="conferences", verbose_name=_("管辖机构")
    )
    title = models.CharField(_("名称"), max_length=120)
    day = models.DateField(_("日期"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ConferenceState.choices, default=ConferenceState.PLANNED
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("召集人")
    )

    class Meta:
        verbose_name = _("联席会议")
        verbose_name_plural = _("联席会议")
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """A case before the conference (议题). resolution: what was resolved; it stands in the history of the case."""

    conference = models.ForeignKey(
        Conference, models.PROTECT, related_name="items", verbose_name=_("联席会议")
    )
    case = models.ForeignKey("services.Case", models.PROTECT, related_name="agenda", verbose_name=_("办件"))
    question = models.TextField(_("提请事项"))
    resolution = models.TextField(_("决议"), blank=True)
    resolved_at = models.DateTimeField(_("决议时间"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("记录人"),
    )

    class Meta:
        verbose_name = _("议题")
        verbose_name_plural = _("议题")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "case"], name="agenda_once")]

    def __str__(self) -> str:
        return f"{self.conference_id} {self.case_id}"
