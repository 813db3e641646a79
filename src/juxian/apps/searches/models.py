"""Conditions of the register list under a name (常用查询)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedSearch(models.Model):
    """A search that is opened again, by its owner or by everybody of the unit (常用查询).

    query: parameters of the register list, name → value. columns: names of profile fields, in order.
    seen: persons who matched when the search was last watched; fresh: those of them who were new then.
    watched_on: empty while nobody is to be told. too_many: it matches more than can be watched.
    """

    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("所属单位")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("创建人")
    )
    name = models.CharField(_("名称"), max_length=80)
    query = models.JSONField(_("条件"), default=dict, blank=True)
    columns = models.JSONField(_("列"), default=list)
    shared = models.BooleanField(_("本单位可见"), default=False)
    alert = models.BooleanField(_("有新人符合时通知我"), default=False)
    watched_on = models.DateField(_("上次比对"), null=True, blank=True)
    seen = models.JSONField(_("上次符合"), default=list, blank=True)
    fresh = models.JSONField(_("新符合"), default=list, blank=True)
    too_many = models.BooleanField(_("超出比对上限"), default=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("常用查询")
        verbose_name_plural = _("常用查询")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_search_once")]
        indexes = [models.Index(fields=["organisation", "shared"], name="saved_search_unit")]

    def __str__(self) -> str:
        return self.name
