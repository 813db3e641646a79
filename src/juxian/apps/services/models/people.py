"""Who helps whom, who stands in, what is not handed in yet, what people thought (专员、代班、草稿、评价)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.sealing import SealedJSONField


class OfficershipQuerySet(models.QuerySet["Officership"]):
    def standing(self) -> Self:
        """Not ended (在任)."""
        return self.filter(until=None)


class Officership(models.Model):
    """Somebody is the named service officer of a person (服务专员); cases that the person opens are theirs to help with.

    A person has one at a time. When another takes over, ``officer`` and ``since`` change in place, so that the row goes on
    with the person through a merge and back; who it was before stands in the audit log and in the history of the cases.
    """

    person = models.ForeignKey(
        "persons.Person", models.CASCADE, related_name="officerships", verbose_name=_("人才")
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("专员")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)  # exclusive; None: goes on
    objects = OfficershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务专员")
        verbose_name_plural = _("服务专员")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="officership_standing_once", condition=Q(until=None)
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="officership_until_not_before"
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "id"], name="officership_standing", condition=Q(until=None))
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.officer_id}"


class Cover(models.Model):
    """Somebody stands in for another (代班): their work stands in the stand-in's queue. ``until`` is exclusive."""

    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="covers", verbose_name=_("离岗人")
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="covering", verbose_name=_("代班人")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))

    class Meta:
        verbose_name = _("代班")
        verbose_name_plural = _("代班")
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="cover_until_after_since"),
            models.CheckConstraint(condition=~Q(absent=F("stand_in")), name="cover_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.stand_in_id}"


class Draft(models.Model):
    """What somebody has filled in and not handed in (草稿); one for each user, service and person it is for.

    answers: raw, by form field. materials: ids of files by material. keys: further ids, for joint applications.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", verbose_name=_("用户")
    )
    home = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", verbose_name=_("管辖机构")
    )
    service = models.CharField(_("事项"), max_length=64)  # or ``bundle:<id>``
    person = models.ForeignKey(
        "persons.Person", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    answers = SealedJSONField(_("填写内容"), default=dict)
    materials = models.JSONField(_("材料"), default=dict)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "home", "service", "person"],
                name="draft_once",
                condition=Q(person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "home", "service"], name="draft_once_own", condition=Q(person=None)
            ),
        ]

    def __str__(self) -> str:
        return self.service


class Rating(models.Model):
    """What the applicant thought of a case (好差评), and the office's reply to it."""

    case = models.OneToOneField(
        "services.Case", models.CASCADE, primary_key=True, related_name="rating", verbose_name=_("办件")
    )
    stars = models.PositiveSmallIntegerField(_("评分"))  # 1 to 5
    words = models.TextField(_("评价"), blank=True)
    at = models.DateTimeField(_("评价时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("评价人")
    )
    reply = models.TextField(_("回复"), blank=True)
    replied_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("回复人"),
    )

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1) & Q(stars__lte=5), name="rating_of_five")
        ]
        indexes = [models.Index(fields=["stars", "case"], name="rating_unanswered", condition=Q(reply=""))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stars}"
