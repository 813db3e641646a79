"""Kinds of documents and sources, and how far a statement was checked (证件、来源、核验状态)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """Documents that identify a person (证件类型)."""

    RESIDENT_ID = "resident_id", _("居民身份证")
    RESIDENCE_PERMIT = "residence_permit", _("港澳台居民居住证")
    PERMANENT_RESIDENCE = "permanent_residence", _("外国人永久居留身份证")
    PASSPORT = "passport", _("护照")
    HK_MACAO_PERMIT = "hk_macao_permit", _("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    OTHER = "other", _("其他证件")


class Verification(models.TextChoices):
    """How far a fact has been checked (核验状态)."""

    UNVERIFIED = "unverified", _("待核验")
    VERIFIED = "verified", _("已核验")
    DISPUTED = "disputed", _("有异议")


class SourceKind(models.TextChoices):
    """Where a fact came from (来源)."""

    ROSTER = "roster", _("名册导入")
    FORM = "form", _("表单填报")
    CASE = "case", _("事项办理")
    API = "api", _("系统对接")
    DEMO = "demo", _("演示数据")
