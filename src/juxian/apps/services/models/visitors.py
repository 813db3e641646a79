"""What is kept of people without an account (访客)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitorWord(models.Model):
    """The word with which a visitor follows a case (查询码). Only its keyed digest is kept."""

    case = models.OneToOneField(
        "services.Case", models.CASCADE, primary_key=True, related_name="visitor_word", verbose_name=_("办件")
    )
    digest = models.CharField(_("摘要"), max_length=64)

    class Meta:
        verbose_name = _("访客查询码")
        verbose_name_plural = _("访客查询码")

    def __str__(self) -> str:
        return str(self.case_id)


class VisitorCount(models.Model):
    """How often visitors of one network address did something in an hour (访客计数). key: keyed digest of what and from where."""

    key = models.CharField(_("摘要"), max_length=64)
    hour = models.DateTimeField(_("小时"))
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = _("访客计数")
        verbose_name_plural = _("访客计数")
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="visitor_count_once")]
        indexes = [models.Index(fields=["hour"], name="visitor_count_hour")]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
