"""Draws of flats by the protocol JX-DRAW-1 (公开抽签)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.housing.enums import ContributorRole, DrawState
from juxian.apps.housing.models.stock import Estate, Space
from juxian.apps.housing.models.waiting import Application


class Draw(models.Model):
    """One attempt (一次抽取). plan: what was frozen (core ``Plan``); pool_hash: its hash, published at once.

    transcript: the public file, empty until drawn or void; result_sha256: its hash at the draw, as in the minutes; later
    declines add rounds to the file and leave seed and order alone. reveal_by: the last day to commit and reveal.
    closed_on: no more spaces are given out; null keeps its spaces for this draw.
    """

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="draws", verbose_name=_("公寓项目"))
    code = models.SlugField(_("代码"), max_length=40)
    title = models.CharField(_("名称"), max_length=120)
    attempt = models.PositiveSmallIntegerField(_("次数"), default=1)
    state = models.CharField(_("状态"), max_length=8, choices=DrawState.choices, default=DrawState.FROZEN)
    frozen_on = models.DateField(_("冻结日期"))
    reveal_by = models.DateField(_("揭示期限"))
    plan = models.JSONField(_("冻结内容"))
    pool_hash = models.CharField(_("名单哈希"), max_length=64)
    transcript = models.TextField(_("抽取记录"), blank=True)
    sha256 = models.CharField(_("记录哈希"), max_length=64, blank=True)
    result_sha256 = models.CharField(_("抽取时的哈希"), max_length=64, blank=True)
    closed_on = models.DateField(_("结束日期"), null=True)
    drawn_at = models.DateTimeField(_("抽取时间"), null=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("抽签")
        verbose_name_plural = _("抽签")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "code", "attempt"], name="housing_draw_once"),
            models.UniqueConstraint(
                fields=["estate", "code"], condition=~Q(state=DrawState.VOID), name="housing_draw_not_again"
            ),
            models.UniqueConstraint(
                fields=["estate"], condition=Q(state=DrawState.FROZEN), name="housing_one_frozen_draw"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DrawEntry(models.Model):
    """An application in a draw. public_id: hash of the person's number with ``salt``, which the person may see.

    place: in the drawn order, from 1; null before the draw.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entries", verbose_name=_("抽签"))
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="draw_entries", verbose_name=_("申请")
    )
    public_id = models.CharField(_("公开编号"), max_length=64)
    salt = models.CharField(_("盐值"), max_length=64)
    points = models.PositiveIntegerField(_("积分"))
    place = models.PositiveIntegerField(_("次序"), null=True)

    class Meta:
        verbose_name = _("抽签名单")
        verbose_name_plural = _("抽签名单")
        ordering = ["draw", "place", "public_id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "application"], name="housing_entry_once"),
            models.UniqueConstraint(fields=["draw", "public_id"], name="housing_entry_public_id"),
        ]

    def __str__(self) -> str:
        return self.public_id


class DrawSpace(models.Model):
    """What is drawn for, in the order in which it is given (抽签房源)."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="spaces", verbose_name=_("抽签"))
    space = models.ForeignKey(Space, models.PROTECT, related_name="+", verbose_name=_("租住单元"))
    position = models.PositiveIntegerField(_("次序"))

    class Meta:
        verbose_name = _("抽签房源")
        verbose_name_plural = _("抽签房源")
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "space"], name="housing_draw_space_once"),
            models.UniqueConstraint(fields=["draw", "position"], name="housing_draw_space_position"),
        ]

    def __str__(self) -> str:
        return str(self.space)


class Contributor(models.Model):
    """Who adds chance (随机数提供人). user: null for a public value. commitment, nonce, value: empty until given."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="contributors", verbose_name=_("抽签"))
    position = models.PositiveSmallIntegerField(_("次序"))
    name = models.CharField(_("名称"), max_length=200)
    role = models.CharField(_("身份"), max_length=12, choices=ContributorRole.choices)
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="draw_contributions", verbose_name=_("用户")
    )
    commitment = models.CharField(_("承诺"), max_length=64, blank=True)
    committed_at = models.DateTimeField(_("承诺时间"), null=True)
    nonce = models.CharField(_("随机数"), max_length=64, blank=True)
    value = models.CharField(_("提供的内容"), max_length=200, blank=True)
    revealed_at = models.DateTimeField(_("揭示时间"), null=True)

    class Meta:
        verbose_name = _("随机数提供人")
        verbose_name_plural = _("随机数提供人")
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="housing_contributor_position"),
            models.UniqueConstraint(fields=["draw", "name"], name="housing_contributor_once"),
            models.CheckConstraint(
                condition=Q(revealed_at=None) | Q(role=ContributorRole.PUBLIC) | ~Q(commitment=""),
                name="housing_commits_before_reveals",
            ),
        ]

    def __str__(self) -> str:
        return self.name
