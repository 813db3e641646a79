"""Applications for a flat (轮候申请)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.housing.enums import LIVE_APPLICATIONS, ApplicationState
from juxian.apps.housing.models.stock import Estate
from juxian.apps.persons.models import Person
from juxian.apps.sealing import SealedJSONField


class ApplicationQuerySet(models.QuerySet["Application"]):
    def live(self) -> Self:
        """Applications that wait, or would once something is known."""
        return self.filter(state__in=LIVE_APPLICATIONS)

    def waiting(self) -> Self:
        return self.filter(state=ApplicationState.WAITING)

    def of(self, *people: Person) -> Self:
        """Made by one of them, or naming one of them as the spouse."""
        return self.filter(Q(person__in=people) | Q(spouse__in=people))


class Application(models.Model):
    """One application (申请). snapshot: the fields that the scheme reads, as known on ``snapshot_on`` (申请快照).

    missing: fields that must be known before it holds a place. spouse: of the same household, which applies once (夫妻同住);
    the higher class of the two counts, and both stand on the lease.
    """

    estate = models.ForeignKey(
        Estate, models.PROTECT, related_name="applications", verbose_name=_("公寓项目")
    )
    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="flat_applications", verbose_name=_("申请人")
    )
    spouse = models.ForeignKey(
        "persons.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("配偶")
    )
    applied_on = models.DateField(_("申请日期"))
    asked = SealedJSONField(_("申请内容"), default=dict)  # values of APPLICATION_FIELDS
    wish = models.CharField(
        _("意向"), max_length=120, blank=True
    )  # in the words of the form; nothing follows from it
    snapshot = SealedJSONField(_("申请快照"), default=dict)
    snapshot_on = models.DateField(_("快照日期"))
    missing = models.JSONField(_("待补充"), default=list)
    state = models.CharField(_("状态"), max_length=12, choices=ApplicationState.choices)
    closed_because = models.CharField(_("关闭原因"), max_length=200, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("提交人")
    )
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("轮候申请")
        verbose_name_plural = _("轮候申请")
        ordering = ["id"]
        indexes = [models.Index(fields=["estate", "state"], name="housing_application_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=LIVE_APPLICATIONS),
                name="housing_one_live_application",
            ),
            models.UniqueConstraint(
                fields=["spouse"],
                condition=Q(state__in=LIVE_APPLICATIONS, spouse__isnull=False),
                name="housing_one_live_household",
            ),
            models.CheckConstraint(
                condition=Q(spouse=None) | ~Q(spouse=F("person")), name="housing_applicant_and_spouse"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.estate.code}-{self.pk:05}"
