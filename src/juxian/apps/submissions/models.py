"""Which forms were carried out already (已办提交)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """One form that was carried out, or is being carried out in an open transaction (提交).

    owner: id of the user, 0 for a visitor. key: 32 hexadecimal digits, made with the form. content: keyed digest of
    address and fields. answer: local address of the result, empty while the transaction is open and for a result
    without an address.
    """

    owner = models.PositiveBigIntegerField(_("提交人"))
    key = models.CharField(_("提交编号"), max_length=32)
    content = models.CharField(_("内容摘要"), max_length=64)
    answer = models.CharField(_("结果地址"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"), db_index=True)

    class Meta:
        verbose_name = _("提交")
        verbose_name_plural = _("提交")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="submission_once")]

    def __str__(self) -> str:
        return self.key
