"""Rosters on their way into the register (名册批次): batch, its tables, its rows, remembered mappings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.imports.enums import BatchState, RowDecision, RowReason, RowState


class BatchQuerySet(models.QuerySet["Batch"]):
    def sent_from(self, *paths: str) -> Self:
        """Batches sent by an organisation at or below one of the paths; none when no path is given."""
        condition = Q(pk__in=[])
        for path in paths:
            condition |= Q(organisation__path=path) | Q(organisation__path__startswith=path + "/")
        return self.filter(condition)

    def sources_of(self, users: Collection[int]) -> models.QuerySet[Any, Any]:
        """Keys of the sources whose rosters these users handed in."""
        return self.filter(uploaded_by__in=users, source__isnull=False).order_by().values("source")


class Batch(models.Model):
    """One file that was handed in (批次).

    organisation: who sent it; the employer of rows without an employer column. home: the jurisdiction whose
    register it goes to. stored_name: random name of the sealed file below ``settings.JUXIAN_FILES``; None once its time is over.
    Counts of rows are kept in step by the actions: accepted + waiting + refused = rows.
    """

    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        related_name="batches",
        verbose_name=_("报送单位"),
    )
    home = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("管辖机构"),
    )
    pack = models.CharField(_("地方包"), max_length=32)
    of_teams = models.BooleanField(
        _("团队名册"), default=False, db_default=False
    )  # rows are members, not persons to enter
    file_name = models.CharField(_("文件名"), max_length=200)
    stored_name = models.CharField(_("存放名"), max_length=64, unique=True, null=True)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("字节数"))
    as_of = models.DateField(_("截至日"))  # the day the roster speaks of
    state = models.CharField(_("状态"), max_length=12, choices=BatchState.choices, default=BatchState.READING)
    notes = models.JSONField(_("说明"), default=list)  # what was noticed about the file, [{zh, en}]
    rows_total = models.PositiveIntegerField(_("行数"), default=0)
    rows_accepted = models.PositiveIntegerField(_("可入库"), default=0)
    rows_waiting = models.PositiveIntegerField(_("待决定"), default=0)
    rows_refused = models.PositiveIntegerField(_("不收"), default=0)
    rows_done = models.PositiveIntegerField(_("已入库"), default=0)
    source = models.OneToOneField(
        "persons.Source",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="batch",
        verbose_name=_("来源"),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上传人"),
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    accepted_at = models.DateTimeField(_("入库时间"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=500, blank=True)
    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册批次")
        verbose_name_plural = _("名册批次")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="batch_organisation")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=~Q(state__in=["undone", "rejected"]),
                name="batch_file_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_total=models.F("rows_accepted") + models.F("rows_waiting") + models.F("rows_refused")
                ),
                name="batch_no_row_lost",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Table(models.Model):
    """One table found in a file (表): which rows are headers, and what each column means.

    columns: for each column of the sheet ``{index, header, target, confidence, rule, sample}``; target is the text of
    a ``core.tables.mapping.Target``. skipped: rows that are no data, ``[{row, role, text}]`` (标题、表头、合计、说明、落款).
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="tables", verbose_name=_("批次"))
    position = models.PositiveSmallIntegerField(_("次序"))
    title = models.CharField(_("工作表"), max_length=120)
    signature = models.CharField(_("表头摘要"), max_length=64)
    columns = models.JSONField(_("列"), default=list)
    skipped = models.JSONField(_("非数据行"), default=list)

    class Meta:
        verbose_name = _("表")
        verbose_name_plural = _("表")
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="table_once")]

    def __str__(self) -> str:
        return self.title


class Row(models.Model):
    """One data row of a table (行). ``number`` is the row of the sheet, from 1, as the spreadsheet shows it.

    sealed: encrypted JSON, see ``queries.RowContent``: raw cells, normalised values with their rules, problems.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", verbose_name=_("批次"))
    table = models.ForeignKey(Table, models.CASCADE, related_name="rows", verbose_name=_("表"))
    number = models.PositiveIntegerField(_("行号"))
    sealed = models.BinaryField(_("内容"))
    state = models.CharField(_("状态"), max_length=8, choices=RowState.choices)
    reason = models.CharField(_("原因"), max_length=24, choices=RowReason.choices, blank=True)
    decision = models.CharField(_("决定"), max_length=16, choices=RowDecision.choices, blank=True)
    problem_count = models.PositiveSmallIntegerField(_("问题数"), default=0)
    person = models.ForeignKey(
        "persons.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="roster_rows",
        verbose_name=_("人才"),
    )
    made_person = models.BooleanField(_("新建档案"), default=False)
    stay = models.ForeignKey(
        "collectives.Stay",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="roster_rows",
        verbose_name=_("团队成员"),
    )
    made_collective = models.BooleanField(_("新登记团队"), default=False, db_default=False)
    recorded_at = models.DateTimeField(_("入库时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("行")
        verbose_name_plural = _("行")
        ordering = ["table", "number"]
        indexes = [models.Index(fields=["batch", "state", "reason"], name="row_batch_state")]
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="row_once")]

    def __str__(self) -> str:
        return f"{self.table_id}:{self.number}"


class ColumnMapping(models.Model):
    """What the columns of a sender's form mean (列对应), remembered after a correction by hand.

    signature: SHA-256 of the headers in order; targets: header → target, as in ``Table.columns``.
    """

    pack = models.CharField(_("地方包"), max_length=32)
    sender = models.ForeignKey(
        "organisations.Organisation",
        models.CASCADE,
        related_name="+",
        verbose_name=_("报送单位"),
    )
    signature = models.CharField(_("表头摘要"), max_length=64)
    targets = models.JSONField(_("对应"), default=dict)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("修正人"),
    )
    corrected_at = models.DateTimeField(_("修正时间"), auto_now=True)

    class Meta:
        verbose_name = _("列对应")
        verbose_name_plural = _("列对应")
        constraints = [models.UniqueConstraint(fields=["pack", "sender", "signature"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.pack} {self.signature[:8]}"
