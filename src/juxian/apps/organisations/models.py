"""The tree of organisations (机构树): jurisdictions, departments, employers, platforms, stations."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def under(self, *paths: str) -> Self:
        """Organisations at or below the given paths; none when no path is given."""
        condition = models.Q(pk__in=[])
        for path in paths:
            condition |= models.Q(path=path) | models.Q(path__startswith=path + "/")
        return self.filter(condition)

    def employers(self) -> Self:
        """Organisations that employ people (用人单位)."""
        return self.filter(employs=True)


class Organisation(models.Model):
    """One unit in the tree (机构). ``path`` holds the codes from the root, joined by ``/``; it is the tenancy.

    ``kind`` is a level of the base scale ``organisation_kind``; ``employer_kind`` of scale ``employer_kind`` (单位性质).
    """

    code = models.CharField(_("代码"), max_length=64, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    kind = models.CharField(_("机构类别"), max_length=32)
    employer_kind = models.CharField(_("单位性质"), max_length=32, blank=True)
    industry = models.CharField(_("行业门类"), max_length=8, blank=True)
    employs = models.BooleanField(_("用人单位"), default=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级机构")
    )
    path = models.CharField(_("路径"), max_length=255, unique=True)
    pack = models.CharField(_("地方包"), max_length=32, db_index=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    aliases = models.JSONField(_("别名"), default=list)
    attributes = models.JSONField(_("其他"), default=dict)  # level, founded, members… as the pack gives them
    since = models.DateField(_("设立日期"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=16, default="sourced")  # sourced | analogue | assumed
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["path"]
        indexes = [models.Index(fields=["pack", "kind"], name="organisation_pack_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def root_code(self) -> str:
        """Code of the jurisdiction at the top of the tree (管辖根机构)."""
        return self.path.split("/", 1)[0]

    def contains(self, other: Organisation) -> bool:
        return other.path == self.path or other.path.startswith(self.path + "/")
