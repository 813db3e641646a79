"""Users and their posts: role × organisation (用户与岗位)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Change, Role
from juxian.apps.worded import Worded


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
        """Posts in force on ``day``, own ones and those of others for whom the user stands in; read once per user object."""
        if not hasattr(self, "_posts"):
            self._posts = POSTS_OF(self.pk)
            for post in self._posts:
                post.user = self
        return [post for post in self._posts if post.holds_on(day)]

    def hands_on(self, day: date) -> frozenset[int]:
        """Ids of the user and of those who stand in for them or for whom they stand in on ``day``; read as ``posts_on``."""
        if not hasattr(self, "_lent"):
            self._lent = LENT_BY(self.pk)
        instead = {post.stands_for.user_id for post in self.posts_on(day) if post.stands_for}
        lent = {post.user_id for post in self._lent if post.holds_on(day)}
        return frozenset({self.pk} | instead | lent)


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: date) -> Self:
        """In force on ``day``; one that was delegated only while the post it comes from is."""
        own = Q(until=None) | Q(until__gt=day), Q(since__lte=day)
        lent = Q(stands_for__until=None) | Q(stands_for__until__gt=day), Q(stands_for__user__is_active=True)
        return self.filter(*own).filter(Q(stands_for=None) | (lent[0] & lent[1]))

    def over(self, path: str) -> Self:
        """Those that reach the organisation of that path: of itself and of all above it."""
        parts = path.split("/")
        above = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        return self.filter(organisation__path__in=above)

    def delegated(self) -> Self:
        """Posts of somebody else, held for a time (受托)."""
        return self.exclude(stands_for=None)


class Post(models.Model):
    """A role at an organisation for a time (岗位); it reaches the whole subtree of the organisation.

    stands_for: the post of a colleague that the user holds in their stead (受托), until a day, and no longer than it lasts.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="posts", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="posts", verbose_name=_("机构")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)  # exclusive
    stands_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="lent", verbose_name=_("代行岗位")
    )
    reason = models.CharField(_("委托事由"), max_length=200, blank=True)
    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"], condition=Q(stands_for=None), name="post_once"
            ),
            models.CheckConstraint(
                condition=Q(stands_for=None) | Q(until__isnull=False), name="post_lent_until_a_day"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")), name="post_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        own = f"{self.get_role_display()} · {self.organisation}"
        return (
            _("%(post)s（代 %(user)s）") % {"post": own, "user": self.stands_for.user}
            if self.stands_for
            else own
        )

    @property
    def last_day(self) -> date | None:
        """The last day of the post, as people say it."""
        return self.until - timedelta(days=1) if self.until else None

    def holds_on(self, day: date) -> bool:
        """In force on ``day``, and so is the post it was lent from."""
        lent = self.stands_for
        own = self.since <= day and (self.until is None or self.until > day)
        return own and (lent is None or (lent.user.is_active and lent.holds_on(day)))


POSTS_OF = Worded(
    lambda user: Post.objects.filter(user_id=user).select_related("organisation", "stands_for__user")
)
LENT_BY = Worded(
    lambda user: Post.objects.filter(stands_for__user_id=user).select_related("stands_for__user")
)


class PostProposal(models.Model):
    """A post that the system administrator asks for and the security administrator grants or refuses (岗位授予申请).

    The three people of a grant differ: who asks, who decides, who receives. granted is None until it is decided.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="proposals", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)  # exclusive
    reason = models.CharField(_("事由"), max_length=200)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    proposed_at = models.DateTimeField(_("申请时间"))
    granted = models.BooleanField(_("已授予"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("核准人")
    )
    answer = models.CharField(_("核准意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("岗位授予申请")
        verbose_name_plural = _("岗位授予申请")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"], condition=Q(granted=None), name="proposal_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=models.F("user")), name="proposal_not_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=models.F("user")) & ~Q(decided_by=models.F("proposed_by"))),
                name="proposal_decided_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(granted=None, decided_by=None)
                | Q(granted__isnull=False, decided_by__isnull=False),
                name="proposal_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class AccountProposal(models.Model):
    """What the system administrator asks for about an account, and the security administrator decides (账号申请).

    user: whose account it is; None for an account that has not been opened. username, name, email, role: of an account to
    open. organisation: the first post's, or the place whose administrators ask. The three people differ, as for posts. A
    suspension holds before it is decided.
    """

    kind = models.CharField(_("事项"), max_length=10, choices=Change.choices)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="account_proposals", null=True, verbose_name=_("用户")
    )
    username = models.CharField(_("账号"), max_length=150)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构")
    )
    reason = models.CharField(_("事由"), max_length=200)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    proposed_at = models.DateTimeField(_("申请时间"))
    granted = models.BooleanField(_("已核准"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("核准人")
    )
    decided_at = models.DateTimeField(_("核准时间"), null=True)
    answer = models.CharField(_("核准意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("账号申请")
        verbose_name_plural = _("账号申请")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "-id"], name="account_proposal_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["username"], condition=Q(granted=None), name="account_proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(user=None) | ~Q(proposed_by=models.F("user")),
                name="account_proposal_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=models.F("proposed_by")) & (Q(user=None) | ~Q(decided_by=models.F("user")))),
                name="account_proposal_decided_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(granted=None, decided_by=None, decided_at=None)
                | Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="account_proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind=Change.OPEN, user=None, granted=None)
                | Q(kind=Change.OPEN, user=None, granted=False)
                | Q(user__isnull=False),
                name="account_proposal_about_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.username}"

    @property
    def in_force(self) -> bool:
        """A suspension that holds and is still to be confirmed or lifted."""
        waits = self.kind == Change.SUSPEND and self.granted is None
        return waits and self.user is not None and not self.user.is_active


class FirstCode(models.Model):
    """A one-time code by which the owner of an account sets a password (首次登录码); kept as a slow hash, until a moment.

    It is told once, to the system administrator who makes it; never to the one who decided, who could enter by it alone.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="first_code", verbose_name=_("用户"))
    proposal = models.ForeignKey(
        AccountProposal, models.CASCADE, related_name="codes", verbose_name=_("账号申请")
    )
    hashed = models.CharField(_("首次登录码摘要"), max_length=128)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("出具人"))
    made_at = models.DateTimeField(_("出具时间"))
    expires_at = models.DateTimeField(_("失效时间"))

    class Meta:
        verbose_name = _("首次登录码")
        verbose_name_plural = _("首次登录码")
        constraints = [
            models.CheckConstraint(condition=~Q(made_by=models.F("user")), name="first_code_not_for_oneself")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.expires_at:%Y-%m-%d %H:%M}"


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


class OutsideIdentity(models.Model):
    """An account may be entered by somebody whom another system knows (统一身份绑定): its issuer and subject, never an e-mail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="outside", verbose_name=_("用户"))
    issuer = models.CharField(_("身份系统"), max_length=255)
    subject = models.CharField(_("身份标识"), max_length=255)
    at = models.DateTimeField(_("绑定时间"))

    class Meta:
        verbose_name = _("统一身份绑定")
        verbose_name_plural = _("统一身份绑定")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="outside_subject_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="outside_user_once"),
        ]


class MissedSignIns(models.Model):
    """Wrong passwords from one network address in a quarter of an hour (登录失败计数); the address is kept as a keyed digest."""

    address_digest = models.CharField(_("来源地址摘要"), max_length=64)
    since = models.DateTimeField(_("起"))
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = _("登录失败计数")
        verbose_name_plural = _("登录失败计数")
        constraints = [
            models.UniqueConstraint(fields=["address_digest", "since"], name="missed_sign_ins_once")
        ]


class LockOut(models.Model):
    """A name was locked after wrong passwords (登录锁定); the name itself is not kept, only its keyed digest."""

    name_digest = models.CharField(_("账号摘要"), max_length=64, db_index=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("登录锁定")
        verbose_name_plural = _("登录锁定")
