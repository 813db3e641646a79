"""Persons, the facts about them and the derived profile (人才、信息项、画像)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import DocumentKind, SourceKind, Verification
from juxian.apps.sealing import SealedJSONField, sealed_in_fact, sealed_in_profile


class PersonQuerySet(models.QuerySet["Person"]):
    def living_records(self) -> Self:
        """Records that stand for somebody: not merged into another (未被合并)."""
        return self.filter(merged_into=None)

    def under(self, *paths: str) -> Self:
        """Persons whose jurisdiction lies at or below one of the paths."""
        return self.filter(home__in=Organisation.objects.under(*paths))


class Person(models.Model):
    """One human being in one jurisdiction's register (人才). Everything else about them is facts.

    number: e.g. ``JY00000042``, prefix from the pack. home: the jurisdiction (root organisation of the pack).
    """

    number = models.CharField(_("人才编号"), max_length=16, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    name_key = models.CharField(_("检索键"), max_length=120, blank=True)  # pinyin, lower case, no blanks
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="persons", verbose_name=_("管辖机构")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    created_at = models.DateTimeField(_("建档时间"), auto_now_add=True)
    confirmed_on = models.DateField(_("最近确认日期"), null=True, blank=True)
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("人才")
        verbose_name_plural = _("人才")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["home", "-id"], name="person_home"),
            models.Index(fields=["name"], name="person_name"),
            models.Index(fields=["home", "name_key"], name="person_name_key"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"


class NumberSeries(models.Model):
    """The last person number given in a jurisdiction (编号流水); the row is locked while numbers are taken."""

    home = models.OneToOneField(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    last = models.PositiveIntegerField(_("最后编号"), default=0)

    class Meta:
        verbose_name = _("编号流水")
        verbose_name_plural = _("编号流水")

    def __str__(self) -> str:
        return f"{self.home} {self.last}"


class IdentityDocument(models.Model):
    """A document number of a person (证件), encrypted; ``digest`` is keyed and serves search and uniqueness."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="documents", verbose_name=_("人才"))
    kind = models.CharField(_("证件类型"), max_length=24, choices=DocumentKind.choices)
    sealed = models.BinaryField(_("密文"))
    digest = models.CharField(_("摘要"), max_length=64)
    masked = models.CharField(_("掩码"), max_length=32)  # 5301**********2417
    source = models.ForeignKey("Source", models.PROTECT, related_name="documents", verbose_name=_("来源"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("证件")
        verbose_name_plural = _("证件")
        indexes = [models.Index(fields=["digest"], name="identity_digest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.masked}"


class Source(models.Model):
    """Where statements came from (来源): one roster batch, one form, one case, one system."""

    kind = models.CharField(_("来源类型"), max_length=16, choices=SourceKind.choices)
    title = models.CharField(_("名称"), max_length=200)
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提供单位"),
    )
    day = models.DateField(_("日期"))
    reference = models.CharField(_("编号"), max_length=64, blank=True)  # e.g. import batch number

    class Meta:
        verbose_name = _("来源")
        verbose_name_plural = _("来源")

    def __str__(self) -> str:
        return self.title


UNVERIFIED = Q(verification=Verification.UNVERIFIED, withdrawn_at=None)


class FactQuerySet(models.QuerySet["Fact"]):
    def standing(self) -> Self:
        """Facts that have not been withdrawn (未撤销)."""
        return self.filter(withdrawn_at=None)

    def unverified(self) -> Self:
        """Standing facts that nobody has verified (待核验)."""
        return self.standing().filter(verification=Verification.UNVERIFIED)

    def current_on(self, day: date) -> Self:
        """Facts in force on ``day``; an open ``until`` is still in force."""
        return self.standing().filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Fact(models.Model):
    """One statement about a person, from one source (信息项); corrected by a new fact, never rewritten.

    value: canonical JSON by the fields of ``kind`` (core.facts.values). since: day it became true; for an event the
    day itself. until: exclusive. withdrawn_at: the statement was taken back (批次撤销、更正), it stays readable.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="facts", verbose_name=_("人才"))
    kind = models.CharField(_("信息项"), max_length=48)
    value = SealedJSONField(_("值"), names=sealed_in_fact, by="kind")
    since = models.DateField(_("生效日"))
    until = models.DateField(_("失效日"), null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="facts", verbose_name=_("来源"))
    evidence = models.CharField(_("凭证"), max_length=200, blank=True)  # title of the paper or file
    verification = models.CharField(
        _("核验状态"), max_length=12, choices=Verification.choices, default=Verification.UNVERIFIED
    )
    verified_by = models.CharField(_("核验单位"), max_length=120, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("信息项")
        verbose_name_plural = _("信息项")
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="fact_until_after_since"
            )
        ]
        indexes = [
            models.Index(fields=["person", "kind"], name="fact_person_kind"),
            models.Index(fields=["kind", "since"], name="fact_kind_since"),
            models.Index(fields=["source"], name="fact_source"),
            models.Index(
                fields=["withdrawn_at", "id"], name="fact_withdrawn", condition=Q(withdrawn_at__isnull=False)
            ),
            models.Index(fields=["id"], name="fact_unverified", condition=UNVERIFIED),
            models.Index(fields=["kind", "id"], name="fact_unverified_kind", condition=UNVERIFIED),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class Profile(models.Model):
    """The derived current row of a person (画像), kept in the same transaction as the facts.

    ``values`` holds every stored profile field by English name in canonical form; a key that is absent is unknown.
    The typed columns repeat those that lists filter and sort by (``COLUMNS``). complete: per mille of what the record should
    hold; stale_on: from this day something is to be asked for again (core.facts.completeness).
    """

    COLUMNS = (
        "birth_date", "gender", "degree", "academic_degree", "title_level", "talent_level",
        "skill_level", "employer", "employer_kind", "six_ranks", "introduced_on", "introduction_mode", "status",
        "political_status", "ethnicity",
    )  # fmt: skip

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="profile")
    derived_for = models.DateField(_("截至日"))
    values = SealedJSONField(_("全部字段"), names=sealed_in_profile, default=dict)
    conflicts = models.PositiveSmallIntegerField(_("说法不一"), default=0)  # kinds in dispute on the day
    complete = models.PositiveSmallIntegerField(_("完整度"), null=True, blank=True)
    stale_on = models.DateField(_("应更新日期"), null=True, blank=True)
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    gender = models.CharField(_("性别"), max_length=16, null=True, blank=True)
    degree = models.CharField(_("学历"), max_length=32, null=True, blank=True)
    academic_degree = models.CharField(_("学位"), max_length=32, null=True, blank=True)
    title_level = models.CharField(_("职称级别"), max_length=32, null=True, blank=True)
    talent_level = models.CharField(_("人才层次"), max_length=32, null=True, blank=True)
    skill_level = models.CharField(_("技能等级"), max_length=32, null=True, blank=True)
    employer = models.CharField(
        _("用人单位"), max_length=64, null=True, blank=True
    )  # code of an organisation
    employer_kind = models.CharField(_("单位性质"), max_length=32, null=True, blank=True)
    six_ranks = models.CharField(_("人才队伍"), max_length=32, null=True, blank=True)
    introduced_on = models.DateField(_("引进日期"), null=True, blank=True)
    introduction_mode = models.CharField(_("引进方式"), max_length=32, null=True, blank=True)
    status = models.CharField(_("在岗状态"), max_length=32, null=True, blank=True)
    political_status = models.CharField(_("政治面貌"), max_length=32, null=True, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=32, null=True, blank=True)
    # repeated from the person so that one index serves a filtered, sorted list
    home = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )

    class Meta:
        verbose_name = _("画像")
        verbose_name_plural = _("画像")
        # the person stands last, so that the newest records of a value are read in order, and no more than a page of them
        indexes = [
            models.Index(fields=["home", "degree", "person"], name="profile_degree"),
            models.Index(fields=["home", "talent_level", "person"], name="profile_talent_level"),
            models.Index(fields=["home", "title_level", "person"], name="profile_title_level"),
            models.Index(fields=["home", "six_ranks", "person"], name="profile_six_ranks"),
            models.Index(fields=["home", "introduction_mode", "person"], name="profile_introduction_mode"),
            models.Index(fields=["home", "status", "person"], name="profile_status"),
            # three fields at once, so that a million persons are not read for them
            models.Index(
                fields=["home", "degree", "title_level", "six_ranks", "person"], name="profile_three"
            ),
            models.Index(fields=["home", "employer", "person"], name="profile_employer"),
            models.Index(fields=["home", "introduced_on", "person"], name="profile_introduced_on"),
            models.Index(fields=["home", "person"], name="profile_in_dispute", condition=Q(conflicts__gt=0)),
            models.Index(fields=["home", "stale_on"], name="profile_stale_on"),
            models.Index(fields=["home", "complete"], name="profile_missing"),
            models.Index(fields=["home", "employer", "complete", "stale_on"], name="profile_complete"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class SearchTerm(models.Model):
    """A term by which a person is found (检索词): two characters, a word, initials (core.identity.searching).

    Kept by the actions that write facts; ``juxian person index`` makes it again.
    """

    pk = models.CompositePrimaryKey("term", "person_id")
    term = models.CharField(_("检索词"), max_length=16)
    person = models.ForeignKey(Person, models.CASCADE, related_name="terms", verbose_name=_("人才"))

    class Meta:
        verbose_name = _("检索词")
        verbose_name_plural = _("检索词")

    def __str__(self) -> str:
        return self.term


class Resolution(models.Model):
    """Which of several statements holds, and why (定夺): what was overruled is withdrawn and stays readable."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="resolutions", verbose_name=_("人才"))
    kind = models.CharField(_("信息项"), max_length=48)
    keeps = models.ForeignKey(Fact, models.CASCADE, related_name="+", verbose_name=_("采信"))
    overruled = models.ManyToManyField(Fact, related_name="+", verbose_name=_("不采信"))
    evidence = models.CharField(_("依据"), max_length=200)
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("定夺人")
    )
    at = models.DateTimeField(_("定夺时间"))

    class Meta:
        verbose_name = _("定夺")
        verbose_name_plural = _("定夺")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["person", "-at"], name="resolution_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
