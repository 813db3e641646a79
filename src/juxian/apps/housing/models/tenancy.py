"""Offers, leases, bills, inspections and bans (配租、租约、账单、检查、限制)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.housing.enums import (
    LIVE_OFFERS,
    BillKind,
    Finding,
    LeaseState,
    OfferState,
    PayerKind,
)
from juxian.apps.housing.models.draws import Draw
from juxian.apps.housing.models.stock import Estate, Space, Unit
from juxian.apps.housing.models.waiting import Application
from juxian.apps.persons.models import Person
from juxian.apps.sealing import SealedJSONField
from juxian.core.housing.words import BAN_CAUSES, CAUSES

CAUSE_CHOICES = [(cause.value, words.zh) for cause, words in CAUSES.items()]
BAN_CHOICES = [*CAUSE_CHOICES, *((cause.value, words.zh) for cause, words in BAN_CAUSES.items())]


class OfferQuerySet(models.QuerySet["Offer"]):
    def live(self) -> Self:
        """Offers that keep a space from anybody else."""
        return self.filter(state__in=LIVE_OFFERS)

    def open_on(self, day: date) -> Self:
        """Offers that may still be answered on ``day``, whether or not the nightly job has run."""
        return self.filter(state=OfferState.OPEN, answer_by__gte=day)


class Offer(models.Model):
    """A space offered to an applicant (配租). answer_by: the last day to answer.

    The database lets a space, and an applicant, have one live offer at a time.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="offers", verbose_name=_("申请")
    )
    space = models.ForeignKey(Space, models.PROTECT, related_name="offers", verbose_name=_("租住单元"))
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, related_name="offers", verbose_name=_("抽签"))
    offered_on = models.DateField(_("配租日期"))
    answer_by = models.DateField(_("答复期限"))
    state = models.CharField(_("状态"), max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("配租")
        verbose_name_plural = _("配租")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["space"], condition=Q(state__in=LIVE_OFFERS), name="housing_one_offer_of_a_space"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=LIVE_OFFERS),
                name="housing_one_offer_to_an_applicant",
            ),
            models.CheckConstraint(condition=Q(answer_by__gte=F("offered_on")), name="housing_offer_days"),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN, answered_at=None)
                | (~Q(state=OfferState.OPEN) & Q(answered_at__isnull=False)),
                name="housing_offer_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} → {self.application_id}"


class LeaseQuerySet(models.QuerySet["Lease"]):
    def standing(self) -> Self:
        """Leases whose keys are not back yet."""
        return self.exclude(state=LeaseState.ENDED)

    def of(self, *people: Person) -> Self:
        """Leases on which one of them stands, as tenant or as the spouse."""
        return self.filter(Q(person__in=people) | Q(spouse__in=people))


class Lease(models.Model):
    """A tenancy (租约). first_day: of term 1; until: exclusive end of the running term.

    spouse: stands on the lease beside the tenant (夫妻同住); sharers of a flat have a lease each.
    notice_on, cause, leave_by: of leaving (腾退). keys_on: the day the keys came back. renewal_asked_on: of this term.
    grounds: causes that facts, inspections or bills proved last night, so that the office finds them without opening each.
    """

    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="leases", verbose_name=_("承租人")
    )
    spouse = models.ForeignKey(
        "persons.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("共同承租人")
    )
    space = models.ForeignKey(Space, models.PROTECT, related_name="leases", verbose_name=_("租住单元"))
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="leases", verbose_name=_("公寓项目"))
    offer = models.OneToOneField(
        Offer, models.PROTECT, null=True, related_name="lease", verbose_name=_("配租")
    )
    employer = models.CharField(_("用人单位"), max_length=64, blank=True)  # code of an organisation
    asked = SealedJSONField(_("申请内容"), default=dict)
    term = models.PositiveSmallIntegerField(_("租期序号"), default=1)
    first_day = models.DateField(_("起租日期"))
    until = models.DateField(_("租期止"))
    state = models.CharField(_("状态"), max_length=8, choices=LeaseState.choices, default=LeaseState.RUNNING)
    renewal_asked_on = models.DateField(_("续租申请日期"), null=True)
    cause = models.CharField(_("退出事由"), max_length=16, choices=CAUSE_CHOICES, blank=True)
    grounds = models.JSONField(_("退出事由（核查）"), default=list, blank=True)
    notice_on = models.DateField(_("通知日期"), null=True)
    leave_by = models.DateField(_("腾退期限"), null=True)
    keys_on = models.DateField(_("交还日期"), null=True)
    signed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("租约")
        verbose_name_plural = _("租约")
        ordering = ["-id"]
        indexes = [models.Index(fields=["estate", "state"], name="housing_lease_estate")]
        constraints = [
            models.UniqueConstraint(
                fields=["space"], condition=~Q(state=LeaseState.ENDED), name="housing_one_lease_of_a_space"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=~Q(state=LeaseState.ENDED), name="housing_one_lease_of_a_person"
            ),
            models.UniqueConstraint(
                fields=["spouse"],
                condition=~Q(state=LeaseState.ENDED) & Q(spouse__isnull=False),
                name="housing_one_lease_of_a_spouse",
            ),
            models.CheckConstraint(
                condition=Q(spouse=None) | ~Q(spouse=F("person")), name="housing_tenant_and_spouse"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("first_day")), name="housing_lease_days"),
            models.CheckConstraint(
                condition=Q(state=LeaseState.RUNNING, notice_on=None)
                | (~Q(state=LeaseState.RUNNING) & ~Q(notice_on=None)),
                name="housing_notice_when_leaving",
            ),
            models.CheckConstraint(
                condition=Q(state=LeaseState.ENDED, keys_on__isnull=False)
                | (~Q(state=LeaseState.ENDED) & Q(keys_on=None)),
                name="housing_keys_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The name of the tenancy, in the ledger as well."""
        return f"{self.estate.code}-{self.pk:06}"


class RentPeriod(models.Model):
    """A stretch of a lease with one rent (租金分段), in fen a month; ``parts``: payer → fen, adding up to it."""

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="rents", verbose_name=_("租约"))
    term = models.PositiveSmallIntegerField(_("租期序号"))
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    monthly_fen = models.PositiveBigIntegerField(_("月租金"))
    parts = models.JSONField(_("分担"))
    share = models.PositiveSmallIntegerField(_("计租比例"))  # per mille
    over_fen = models.PositiveBigIntegerField(_("超标部分"), default=0)

    class Meta:
        verbose_name = _("租金分段")
        verbose_name_plural = _("租金分段")
        ordering = ["lease", "since"]
        constraints = [
            models.UniqueConstraint(fields=["lease", "since"], name="housing_rent_once"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="housing_rent_days"),
        ]

    def __str__(self) -> str:
        return f"{self.since} {self.monthly_fen}"


class BillQuerySet(models.QuerySet["Bill"]):
    def unpaid(self) -> Self:
        return self.filter(paid_fen__lt=F("amount_fen"))

    def overdue_on(self, day: date) -> Self:
        return self.unpaid().filter(due_on__lt=day)


class Bill(models.Model):
    """What one payer owes for one period of a lease (账单), in fen."""

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="bills", verbose_name=_("租约"))
    kind = models.CharField(_("类别"), max_length=8, choices=BillKind.choices)
    payer = models.CharField(_("付款方"), max_length=12, choices=PayerKind.choices)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    due_on = models.DateField(_("缴费期限"))
    amount_fen = models.PositiveBigIntegerField(_("应缴"))
    paid_fen = models.PositiveBigIntegerField(_("已缴"), default=0)
    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("账单")
        verbose_name_plural = _("账单")
        ordering = ["-since", "id"]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(paid_fen__lt=F("amount_fen")), name="housing_bill_unpaid"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["lease", "kind", "payer", "since"], name="housing_bill_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, paid_fen__lte=F("amount_fen")), name="housing_bill_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.since}"

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.paid_fen


class Receipt(models.Model):
    """Money that came in for a bill (收款); ``reference`` is the number of the receipt or of the bank's line."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="receipts", verbose_name=_("账单"))
    amount_fen = models.PositiveBigIntegerField(_("金额"))
    day = models.DateField(_("日期"))
    reference = models.CharField(_("凭证号"), max_length=64)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("收款")
        verbose_name_plural = _("收款")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "reference"], name="housing_receipt_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="housing_receipt_amount"),
        ]

    def __str__(self) -> str:
        return self.reference


class Inspection(models.Model):
    """What was seen in a flat (检查)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="inspections", verbose_name=_("房屋"))
    lease = models.ForeignKey(
        Lease, models.PROTECT, null=True, related_name="inspections", verbose_name=_("租约")
    )
    day = models.DateField(_("日期"))
    finding = models.CharField(_("结果"), max_length=12, choices=Finding.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("检查人")
    )

    class Meta:
        verbose_name = _("检查")
        verbose_name_plural = _("检查")
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["unit", "-day"], name="housing_inspection_unit")]

    def __str__(self) -> str:
        return f"{self.day} {self.get_finding_display()}"


class Ban(models.Model):
    """Somebody may not apply until a day (限制申请); ``until`` is exclusive."""

    person = models.ForeignKey(
        "persons.Person", models.PROTECT, related_name="housing_bans", verbose_name=_("人才")
    )
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    cause = models.CharField(_("事由"), max_length=16, choices=BAN_CHOICES)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))

    class Meta:
        verbose_name = _("限制申请")
        verbose_name_plural = _("限制申请")
        ordering = ["-until"]
        constraints = [
            models.UniqueConstraint(fields=["person", "cause", "since"], name="housing_ban_once"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="housing_ban_days"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.until}"
