"""States of a notice, and the fields it may show (公示状态与可公示字段)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLIC = "public", _("公示中")
    ENDED = "ended", _("已撤下")


class NoticeField(models.TextChoices):
    """The only facts about a person that a notice shows; names are masked."""

    NAME = "name", _("姓名（掩码）")
    NUMBER = "number", _("人才编号")
    EMPLOYER = "employer", _("用人单位")
    TALENT_LEVEL = "talent_level", _("人才层次")
