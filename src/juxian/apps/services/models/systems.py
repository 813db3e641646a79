"""Cases that another system opened through the API (接口办件)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SystemCase(models.Model):
    """Which case a system's own id stands for, so that the same request opens one case (接口办件).

    key: the sender's own id. content: SHA-256 of what was asked for; the same key with something else is refused.
    """

    case = models.OneToOneField(
        "services.Case", models.CASCADE, related_name="system_case", verbose_name=_("办件")
    )
    token = models.ForeignKey("tokens.ApiToken", models.PROTECT, related_name="+", verbose_name=_("接口令牌"))
    key = models.CharField(_("对方编号"), max_length=64)
    content = models.CharField(_("内容摘要"), max_length=64)

    class Meta:
        verbose_name = _("接口办件")
        verbose_name_plural = _("接口办件")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="system_case_once")]

    def __str__(self) -> str:
        return self.key


class SystemPaper(models.Model):
    """A paper that another system uploaded, to be named in an application (接口材料).

    key: the sender's own id. content: SHA-256 of what was sent; the same key with something else is refused.
    """

    file = models.OneToOneField(
        "files.StoredFile", models.CASCADE, related_name="system_paper", verbose_name=_("附件")
    )
    token = models.ForeignKey("tokens.ApiToken", models.PROTECT, related_name="+", verbose_name=_("接口令牌"))
    key = models.CharField(_("对方编号"), max_length=64)
    content = models.CharField(_("内容摘要"), max_length=64)

    class Meta:
        verbose_name = _("接口材料")
        verbose_name_plural = _("接口材料")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="system_paper_once")]

    def __str__(self) -> str:
        return self.key
