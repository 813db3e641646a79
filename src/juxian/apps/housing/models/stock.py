"""Estates, buildings, flats and what is let of them (项目、楼栋、房屋、租住单元)."""

from __future__ import annotations

from typing import Self, cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.housing.enums import Condition
from juxian.apps.organisations.models import Organisation
from juxian.core.housing.words import SPACES, SpaceKind


class EstateQuerySet(models.QuerySet["Estate"]):
    def under(self, *paths: str) -> Self:
        """Estates of jurisdictions at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))


class Estate(models.Model):
    """Buildings under one scheme (公寓项目). scheme: id in the pack's ``housing.yaml``; market_fen: per m² and month."""

    code = models.SlugField(_("代码"), max_length=64, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="estates", verbose_name=_("管辖机构")
    )
    scheme = models.CharField(_("办法"), max_length=64)
    basis = models.CharField(_("依据"), max_length=16)
    source = models.CharField(_("来源"), max_length=120)
    market_fen = models.PositiveBigIntegerField(_("市场租金"), null=True)
    built_cost_fen = models.PositiveBigIntegerField(_("建设投资"), null=True)
    opened_on = models.DateField(_("启用日期"), null=True)
    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("公寓项目")
        verbose_name_plural = _("公寓项目")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """One building of an estate (楼栋)."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="buildings", verbose_name=_("公寓项目"))
    code = models.SlugField(_("代码"), max_length=64, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("楼栋")
        verbose_name_plural = _("楼栋")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """One flat (房屋); ``area_dm2`` in 0.01 m². closed_because: why it is not let at present; empty: it may be let.

    in_repair: a repair goes on and nobody can live there meanwhile (维修中); set and lifted by the case.
    """

    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name=_("楼栋"))
    number = models.CharField(_("门牌"), max_length=16)
    floor = models.SmallIntegerField(_("楼层"))
    layout = models.CharField(_("户型"), max_length=64)
    rooms = models.PositiveSmallIntegerField(_("室"))
    halls = models.PositiveSmallIntegerField(_("厅"))
    area_dm2 = models.PositiveIntegerField(_("面积"))
    closed_because = models.CharField(_("停用原因"), max_length=200, blank=True)
    in_repair = models.BooleanField(_("维修中"), default=False)

    class Meta:
        verbose_name = _("房屋")
        verbose_name_plural = _("房屋")
        ordering = ["building", "floor", "number"]
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="housing_unit_once")]

    def __str__(self) -> str:
        return f"{self.building} {self.number}"

    @property
    def out_of_use(self) -> bool:
        """It is not let now: closed, or in repair."""
        return bool(self.closed_because) or self.in_repair


class Space(models.Model):
    """What is let as one thing (租住单元): the whole flat (``code`` empty), a room or a bed of a shared one."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="spaces", verbose_name=_("房屋"))
    code = models.CharField(_("代码"), max_length=8, blank=True)
    kind = models.CharField(
        _("类别"), max_length=8, choices=[(kind.value, SPACES[kind].zh) for kind in SpaceKind]
    )
    area_dm2 = models.PositiveIntegerField(_("面积"))

    class Meta:
        verbose_name = _("租住单元")
        verbose_name_plural = _("租住单元")
        ordering = ["unit__building", "unit__floor", "unit__number", "code"]
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="housing_space_once")]

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.unit), self.code) if part)


class Item(models.Model):
    """Furnishing of one flat (生活设施): what stands there, and in which state it was seen last."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="items", verbose_name=_("房屋"))
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    quantity = models.PositiveSmallIntegerField(_("数量"))
    cost_fen = models.PositiveBigIntegerField(_("单价"))
    condition = models.CharField(_("状况"), max_length=8, choices=Condition.choices, default=Condition.GOOD)
    seen_on = models.DateField(_("查看日期"), null=True)

    class Meta:
        verbose_name = _("生活设施")
        verbose_name_plural = _("生活设施")
        ordering = ["unit", "id"]

    def __str__(self) -> str:
        return self.name


class Photo(models.Model):
    """A picture of an estate, a building or a flat (照片), one of the three. caption: what is to be seen, for those who cannot.

    position: from 1, in the order in which they are shown.
    """

    estate = models.ForeignKey(
        Estate, models.PROTECT, null=True, related_name="photos", verbose_name=_("公寓项目")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, related_name="photos", verbose_name=_("楼栋")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="photos", verbose_name=_("房屋"))
    file = models.OneToOneField(
        "files.StoredFile", models.PROTECT, related_name="flat_photo", verbose_name=_("附件")
    )
    caption = models.CharField(_("说明"), max_length=120)
    position = models.PositiveSmallIntegerField(_("次序"))
    taken_on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(estate__isnull=False, building=None, unit=None)
                | Q(estate=None, building__isnull=False, unit=None)
                | Q(estate=None, building=None, unit__isnull=False),
                name="housing_photo_of_one_place",
            ),
            models.CheckConstraint(condition=~Q(caption=""), name="housing_photo_caption"),
        ]

    def __str__(self) -> str:
        return self.caption

    @property
    def place(self) -> Estate | Building | Unit:
        """What is to be seen on it."""
        return self.unit or self.building or cast(Estate, self.estate)  # the database keeps one of the three


def estate_of(place: Estate | Building | Unit) -> Estate:
    """The estate that a place is, or belongs to."""
    if isinstance(place, Unit):
        return place.building.estate
    return place.estate if isinstance(place, Building) else place
