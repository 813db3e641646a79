"""Which packs are installed (已安装的地方包)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstalledPack(models.Model):
    """A pack as it was installed (地方包); ``digest`` is SHA-256 over its files, so that drift can be told."""

    code = models.CharField(_("代码"), max_length=32, unique=True)
    title = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    directory = models.CharField(_("目录"), max_length=500)
    digest = models.CharField(_("摘要"), max_length=64)
    root = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        related_name="installed_packs",
        verbose_name=_("管辖机构"),
    )
    loaded_at = models.DateTimeField(_("安装时间"), auto_now=True)

    class Meta:
        verbose_name = _("地方包")
        verbose_name_plural = _("地方包")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
