"""Beginning and ending sessions, passwords, locks, accounts (会话、密码、锁定、账号)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F

from juxian.apps.accounts.models import LockOut, MissedSignIns, OutsideIdentity, Post, SignedIn, User
from juxian.apps.accounts.queries import address_digest, locks_of, name_digest, quarter
from juxian.apps.accounts.rules import lock_minutes
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation

LOCKS_KEPT = timedelta(days=30)


def begin_session(*, user: User, session_key: str, address: str, browser: str) -> SignedIn:
    """Note a sign-in, so that the user can see and end it."""
    values = {"user": user, "since": now(), "address": address[:64], "browser": browser[:200]}
    begun, _made = SignedIn.objects.update_or_create(session_key=session_key, defaults=values)
    return begun


def move_session(*, before: str, after: str) -> None:
    """A session went on under another key."""
    SignedIn.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def end_sessions(
    *,
    user: User,
    keep: str = "",
    only: SignedIn | None = None,
    address: str = "",
    by: User | None = None,
) -> int:
    """End one session of the user, or all but ``keep``; returns how many ended. ``by``: where it is not the user."""
    ended = user.signed_in.exclude(session_key=keep) if only is None else user.signed_in.filter(pk=only.pk)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    if keys:
        record(
            "accounts.sessions_ended",
            actor=by or user,
            subject=user,
            address=address,
            detail={"sessions": len(keys)},
        )
    return len(keys)


@transaction.atomic
def change_password(*, user: User, password: str, keep: str = "", address: str = "") -> None:
    """Set a new password; every other session of the user ends. Raises ``ValidationError``."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record("accounts.password_changed", actor=user, subject=user, address=address)
    end_sessions(user=user, keep=keep, address=address)


@transaction.atomic
def note_lock_out(*, name: str, address: str) -> bool:
    """Count a lock of a name; False while an earlier lock lasts. Each lock of a day is twice as long as the one before."""
    earlier = list(locks_of(name)[:10])
    if earlier and earlier[0].at + timedelta(minutes=lock_minutes(len(earlier) - 1)) > now():
        return False
    LockOut.objects.create(name_digest=name_digest(name), at=now())
    record("accounts.locked_out", address=address, detail={"name": name_digest(name)[:16]})
    return True


def count_miss(address: str) -> None:
    """One more wrong password from an address in this quarter of an hour."""
    row, _made = MissedSignIns.objects.get_or_create(address_digest=address_digest(address), since=quarter())
    MissedSignIns.objects.filter(pk=row.pk).update(count=F("count") + 1)


class AlreadyBound(Exception):
    """The identity belongs to another account, or the account has another identity of that system."""


@transaction.atomic
def bind_outside(
    *, user: User, issuer: str, subject: str, by: User | None, address: str = ""
) -> OutsideIdentity:
    """Let whom another system knows as ``subject`` enter the account. ``by`` None: an administrator at the machine.

    Raises ``AlreadyBound``.
    """
    try:
        with transaction.atomic():
            kept = OutsideIdentity.objects.create(user=user, issuer=issuer, subject=subject, at=now())
    except IntegrityError as taken:
        raise AlreadyBound from taken
    record("accounts.outside_bound", actor=by, subject=user, address=address, detail={"issuer": issuer})
    return kept


@transaction.atomic
def unbind_outside(*, kept: OutsideIdentity, by: User | None, address: str = "") -> None:
    user, issuer = kept.user, kept.issuer
    kept.delete()
    record("accounts.outside_unbound", actor=by, subject=user, address=address, detail={"issuer": issuer})


@transaction.atomic
def create_account(*, username: str, name: str, password: str, role: str, organisation: Organisation) -> User:
    """An account with its first post. Raises ``ValidationError`` for a weak password or a name that is taken."""
    user = User(username=username.strip().casefold(), name=name)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    Post.objects.create(user=user, role=role, organisation=organisation, since=today())
    record(
        "accounts.created",
        subject=user,
        organisation_path=organisation.path,
        detail={"role": role, "organisation": organisation.code},
    )
    return user


def forget_ended() -> int:
    """Remove sessions that are over, and what was noted of them and of old locks; returns how many rows went."""
    over = Session.objects.filter(expire_date__lt=now()).delete()[0]
    gone = SignedIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    MissedSignIns.objects.filter(since__lt=quarter()).delete()
    return over + gone + LockOut.objects.filter(at__lt=now() - LOCKS_KEPT).delete()[0]
