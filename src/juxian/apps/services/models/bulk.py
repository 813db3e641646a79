"""An employer applies for many of its people at once (批量申请)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.sealing import SealedJSONField
from juxian.apps.services.enums import BulkState


class Bulk(models.Model):
    """One list of people for one service, handed in by their employer (批量申请)."""

    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    unit = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("申请单位")
    )
    service = models.CharField(_("事项"), max_length=64)
    file_name = models.CharField(_("文件名"), max_length=200, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    begun_at = models.DateTimeField(_("提交时间"))

    class Meta:
        verbose_name = _("批量申请")
        verbose_name_plural = _("批量申请")
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="bulk_unit")]

    def __str__(self) -> str:
        return f"{self.service} {self.pk}"


class BulkRow(models.Model):
    """One person of the list. line: of the workbook. name, number: as written. answers: until a case holds them.

    reasons: why it was refused, in both languages: [[zh, en], …].
    """

    bulk = models.ForeignKey(Bulk, models.CASCADE, related_name="rows", verbose_name=_("批量申请"))
    line = models.PositiveIntegerField(_("行号"))
    name = models.CharField(_("姓名"), max_length=120, blank=True)
    number = models.CharField(_("人才编号"), max_length=40, blank=True)
    person = models.ForeignKey(
        "persons.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("人才")
    )
    answers = SealedJSONField(_("填写内容"), default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=BulkState.choices, default=BulkState.WAITING)
    reasons = models.JSONField(_("原因"), default=list)
    case = models.OneToOneField(
        "services.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bulk_row",
        verbose_name=_("办件"),
    )

    class Meta:
        verbose_name = _("批量申请明细")
        verbose_name_plural = _("批量申请明细")
        ordering = ["bulk_id", "line"]
        constraints = [models.UniqueConstraint(fields=["bulk", "line"], name="bulk_row_once")]

    def __str__(self) -> str:
        return f"{self.bulk_id}:{self.line}"


class BulkPaper(models.Model):
    """A file attached to one row before the list is handed in (名单材料). material: its name in the definition."""

    row = models.ForeignKey(BulkRow, models.CASCADE, related_name="papers", verbose_name=_("名单行"))
    material = models.CharField(_("材料"), max_length=64)
    file = models.OneToOneField(
        "files.StoredFile", models.PROTECT, related_name="bulk_paper", verbose_name=_("附件")
    )

    class Meta:
        verbose_name = _("名单材料")
        verbose_name_plural = _("名单材料")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.material
