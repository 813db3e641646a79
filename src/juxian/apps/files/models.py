"""What is known about an attached file; its bytes lie outside the database (附件)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from juxian.apps.files.enums import Scan
from juxian.core.files import Kind
from juxian.core.files.kinds import IMAGES


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def readable(self) -> Self:
        """Files that are there and not held back by the scanner (可读)."""
        return self.filter(removed_at=None, scan__in=(Scan.NONE, Scan.CLEAN))

    def since(self, moment: datetime) -> Self:
        return self.filter(stored_at__gte=moment)


class StoredFile(models.Model):
    """One attached file (附件).

    kind: by its content. size, sha256: of what is kept, which for a picture are its pixels alone. purpose: key of
    ``registry``. stored_name: random, below ``attachments/``; empty once removed. sealed: encrypted at rest.
    """

    uuid = models.UUIDField(_("编号"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("文件名"), max_length=200)
    kind = models.CharField(_("类型"), max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    media = models.CharField(_("媒体类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("字节数"))
    sha256 = models.CharField(_("摘要"), max_length=64, db_index=True)
    width = models.PositiveIntegerField(_("宽"), default=0)
    height = models.PositiveIntegerField(_("高"), default=0)
    pages = models.PositiveIntegerField(_("页数"), default=0)
    purpose = models.CharField(_("用途"), max_length=32)
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("所属机构")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上传人"),
    )
    stored_name = models.CharField(_("存放名"), max_length=48, blank=True)
    sealed = models.BooleanField(_("加密存放"))
    scan = models.CharField(_("查毒"), max_length=8, choices=Scan.choices, default=Scan.NONE)
    stored_at = models.DateTimeField(_("存放时间"))
    removed_at = models.DateTimeField(_("删除时间"), null=True, blank=True)
    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        indexes = [
            models.Index(fields=["uploaded_by", "stored_at"], name="file_uploaded"),
            models.Index(fields=["scan"], name="file_waiting", condition=models.Q(scan=Scan.WAITING)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.kind in IMAGES
