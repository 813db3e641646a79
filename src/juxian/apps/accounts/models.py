"""Users and their posts: role × organisation (用户与岗位)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role


class User(AbstractUser):
    """Somebody who signs in (用户). What they may do follows from their posts alone."""

    first_name = None  # type: ignore[assignment]  # Chinese names are one field
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60)
    person = models.OneToOneField(
        "persons.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="user",
        verbose_name=_("本人档案"),
    )
    is_demo = models.BooleanField(_("演示账号"), default=False)

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def paths_for(self, roles: Iterable[str], *, on: date) -> list[str]:
        """Paths of the organisations where the user holds one of ``roles`` on ``on``."""
        wanted = set(roles)
        return [post.organisation.path for post in self.posts_on(on) if post.role in wanted]

    def posts_on(self, day: date) -> list[Post]:
        """Posts in force on ``day``; read once per user object."""
        if not hasattr(self, "_posts"):
            self._posts = list(self.posts.select_related("organisation"))
        return [post for post in self._posts if post.holds_on(day)]


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: date) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Post(models.Model):
    """A role at an organisation for a time (岗位); it reaches the whole subtree of the organisation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="posts", verbose_name=_("机构")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)  # exclusive
    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "organisation"], name="post_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")), name="post_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.organisation}"

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or self.until > day)


class SignedIn(models.Model):
    """One sign-in that still goes on (在线会话), so that users see and end their own; ended with its session."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in", verbose_name=_("用户"))
    session_key = models.CharField(_("会话"), max_length=40, unique=True)
    since = models.DateTimeField(_("登录时间"))
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    browser = models.CharField(_("浏览器"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("在线会话")
        verbose_name_plural = _("在线会话")
        ordering = ["-since", "-pk"]


class LockOut(models.Model):
    """A name was locked after wrong passwords (登录锁定); the name itself is not kept, only its keyed digest."""

    name_digest = models.CharField(_("账号摘要"), max_length=64, db_index=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("登录锁定")
        verbose_name_plural = _("登录锁定")
