"""Who is signed in where, and which names are locked (在线会话与锁定)."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from juxian.apps.accounts.models import LockOut, SignedIn, User
from juxian.apps.clock import now
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
