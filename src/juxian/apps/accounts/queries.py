"""Who is signed in where, and which names are locked (在线会话与锁定)."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from juxian.apps.accounts.models import LockOut, Post, SignedIn, User
from juxian.apps.accounts.rules import LENT_ROLES
from juxian.apps.clock import now, today
from juxian.core.secrecy import digest

COUNTED = timedelta(days=1)


def sessions_of(user: User) -> QuerySet[SignedIn]:
    """The user's sign-ins that go on, the newest first."""
    standing = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return user.signed_in.filter(session_key__in=standing)


def name_digest(name: str) -> str:
    """Digest of an account name as sign-in compares it: NFKC, trimmed, case folded."""
    return digest(unicodedata.normalize("NFKC", name).strip().casefold(), settings.JUXIAN_KEYS)


def locks_of(name: str) -> QuerySet[LockOut]:
    """The locks of a name during the last day, the newest first."""
    return LockOut.objects.filter(name_digest=name_digest(name), at__gt=now() - COUNTED).order_by("-at")


def lent_by(user: User) -> QuerySet[Post]:
    """Own posts that others hold or held for the user, the newest first."""
    return (
        Post.objects.filter(stands_for__user=user)
        .select_related("user", "organisation", "stands_for__user")
        .order_by("-until", "-pk")
    )


def lent_to(user: User) -> QuerySet[Post]:
    """Posts that the user holds or held for others, the newest first."""
    return (
        Post.objects.filter(user=user)
        .delegated()
        .select_related("user", "organisation", "stands_for__user")
        .order_by("-until", "-pk")
    )


def colleagues_of(post: Post) -> QuerySet[User]:
    """Who may hold a post for its holder: clerks of the same unit, and of nothing but the desk."""
    held = Post.objects.held_on(today()).filter(stands_for=None)
    clerks = held.filter(role__in=LENT_ROLES, organisation=post.organisation_id).values("user")
    others = held.exclude(role__in=LENT_ROLES).values("user")
    return (
        User.objects.filter(pk__in=clerks, is_active=True)
        .exclude(pk__in=others)
        .exclude(pk=post.user_id)
        .order_by("name")
    )
