"""Tokens of other systems (接口令牌)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable_on(self, day: date) -> Self:
        """Tokens that were not revoked and have not run out."""
        return self.filter(revoked_at=None, expires_on__gt=day)


class ApiToken(models.Model):
    """A secret by which a system of another office asks as this jurisdiction (接口令牌).

    Only the digest of the secret is kept; ``hint`` is its beginning, to tell tokens apart. scopes: values of ``Scope``.
    minute, requests: the running minute since 1970 and how often the token was used in it; day, persons: likewise the
    persons evaluated on a day. expires_on is exclusive.
    """

    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("管辖机构")
    )
    name = models.CharField(_("用途说明"), max_length=80)
    scopes = models.JSONField(_("权限"))
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    hint = models.CharField(_("开头"), max_length=12)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("创建人")
    )
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    expires_on = models.DateField(_("到期日"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    requests_per_minute = models.PositiveIntegerField(_("每分钟次数"))
    persons_per_day = models.PositiveIntegerField(_("每日人数"))
    minute = models.BigIntegerField(_("当前分钟"), default=0)
    requests = models.PositiveIntegerField(_("本分钟次数"), default=0)
    day = models.DateField(_("最近使用日"), null=True, blank=True)
    persons = models.PositiveIntegerField(_("当日人数"), default=0)
    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="api_token_organisation")]

    def __str__(self) -> str:
        return self.name
