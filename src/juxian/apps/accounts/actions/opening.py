"""Accounts are opened, reopened and entered anew by two administrators, and suspended by one (账号的开通、停用、恢复、重设密码)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import F

from juxian.apps.accounts.actions.posts import AlreadyDecided, AlreadyProposed
from juxian.apps.accounts.actions.signing import end_sessions
from juxian.apps.accounts.enums import Change
from juxian.apps.accounts.models import AccountProposal, FirstCode, Post, User
from juxian.apps.accounts.queries import LETTERS, administrators_over, code_as_kept
from juxian.apps.accounts.registry import tell_of_suspension
from juxian.apps.accounts.rules import (
    approval_of,
    may_ask_change,
    may_change,
    may_decide_account,
    may_make_code,
    may_manage_posts,
)
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation

CODE_PARTS, PART_LETTERS = 3, 4  # of 31 letters: 59 bits


class NameTaken(Exception):
    """There is an account of that name."""


class CodeGone(Exception):
    """The first code was used, replaced or ran out in the meantime."""


@transaction.atomic
def ask_for_account(
    *, username: str, name: str, email: str, role: str, organisation: Organisation, reason: str, by: User
) -> AccountProposal:
    """Ask that an account with a first post be opened (申请开通账号); the security administrator decides.

    Raises ``PermissionDenied`` with the reason, ``NameTaken``, ``AlreadyProposed``.
    """
    may_manage_posts(by, organisation).or_refuse()
    if User.objects.filter(username=username).exists():
        raise NameTaken
    asked = AccountProposal(
        kind=Change.OPEN, username=username, name=name, email=email, role=role, organisation=organisation
    )
    return _ask(asked, reason, by)


@transaction.atomic
def ask_for_change(*, user: User, kind: str, reason: str, by: User) -> AccountProposal:
    """Ask that an account be reopened, or its owner be let in anew; a suspension is carried out at once. Raises as ``ask_for_account``.

    Nobody waits for a second person to take rights away: the account is shut, every session ends, what was asked about it and
    not decided is withdrawn, and the other administrators are told. The security administrator confirms it or lifts it.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    may_ask_change(by, user, kind).or_refuse()
    post = user.posts.filter(stands_for=None).order_by(F("until").desc(nulls_first=True), "-pk").first()
    if post is None:
        raise ValueError("an account without a post belongs to no place")
    asked = AccountProposal(kind=kind, user=user, username=user.username, organisation=post.organisation)
    if kind != Change.SUSPEND:
        return _ask(asked, reason, by)
    _withdraw(user, by)
    _ask(asked, reason, by, "accounts.suspended")
    _change(user, kind, by)
    others = administrators_over(post.organisation).exclude(pk__in=[by.pk, user.pk])
    tell_of_suspension(asked, list(others))
    return asked


def _withdraw(user: User, by: User) -> None:
    """What waits for a decision about an account that is shut meanwhile; it can be asked for anew when it is open again."""
    for asked in AccountProposal.objects.filter(username=user.username, granted=None).select_related(
        "organisation"
    ):
        record(
            "accounts.change_withdrawn",
            actor=by,
            subject=user,
            organisation_path=asked.organisation.path,
            detail={"kind": asked.kind, "username": asked.username, "asked_by": asked.proposed_by_id},
            reason=asked.reason,
        )
        asked.delete()


def _ask(
    asked: AccountProposal, reason: str, by: User, action: str = "accounts.change_proposed"
) -> AccountProposal:
    asked.reason, asked.proposed_by, asked.proposed_at = reason, by, now()
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError as twice:
        raise AlreadyProposed from twice
    record(
        action,
        actor=by,
        subject=asked.user or asked,
        organisation_path=asked.organisation.path,
        detail={"kind": asked.kind, "username": asked.username, "role": asked.role},
        reason=reason,
    )
    return asked


@transaction.atomic
def decide_account(*, proposal: AccountProposal, grant: bool, answer: str, by: User) -> None:
    """Approve or refuse what was asked for (核准), on the account as it stands; an approval takes effect at once.

    Of a suspension that holds already: confirm it, or lift it. Raises ``PermissionDenied`` with the reason, ``AlreadyDecided``,
    ``NameTaken``.
    """
    user = None
    if proposal.user_id is not None:  # locked first, as who asks locks it first
        user = User.objects.select_for_update().get(pk=proposal.user_id)
    asked = AccountProposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if asked is None or asked.granted is not None:
        raise AlreadyDecided
    may_decide_account(by, asked).or_refuse()
    if user is not None and asked.kind == Change.SUSPEND and not user.is_active:
        if not grant:
            _change(user, Change.REOPEN, by)
    elif grant and user is not None:
        _change(user, asked.kind, by)
    elif grant:
        asked.user = _opened(asked)
    asked.granted, asked.decided_by, asked.decided_at, asked.answer = grant, by, now(), answer
    asked.save(update_fields=["user", "granted", "decided_by", "decided_at", "answer"])
    record(
        "accounts.change_granted" if grant else "accounts.change_refused",
        actor=by,
        subject=asked.user or asked,
        organisation_path=asked.organisation.path,
        detail={
            "kind": asked.kind,
            "username": asked.username,
            "role": asked.role,
            "asked_by": asked.proposed_by_id,
        },
        reason=answer,
    )


def _opened(asked: AccountProposal) -> User:
    """The account without a usable password, and its first post."""
    user = User(username=asked.username, name=asked.name, email=asked.email)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:
        raise NameTaken from taken
    Post.objects.create(user=user, role=asked.role, organisation=asked.organisation, since=today())
    return user


def _change(user: User, kind: str, by: User) -> None:
    """Carry out a change; whoever is signed in with the account is signed out, except when it is reopened."""
    may_change(user, kind).or_refuse()
    if kind == Change.REOPEN:
        user.is_active = True
    else:
        FirstCode.objects.filter(user=user).delete()
        end_sessions(user=user, by=by)
    if kind == Change.SUSPEND:
        user.is_active = False
    elif kind == Change.PASSWORD:
        user.set_unusable_password()
    elif kind == Change.FACTOR:
        forget_factors(user=user, by=by)
    user.save(update_fields=["is_active", "password"])


@transaction.atomic
def forget_factors(*, user: User, by: User | None, address: str = "") -> None:
    """Forget every factor of the user, passkeys as well."""
    Authenticator.objects.filter(user=user).delete()
    record("accounts.factor_removed", actor=by, subject=user, address=address)


@transaction.atomic
def make_first_code(*, user: User, by: User, address: str = "") -> tuple[FirstCode, str]:
    """A one-time code for the owner of an account (出具首次登录码), and the code itself, told this once; an earlier one ends.

    Raises ``PermissionDenied`` with the reason.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    may_make_code(by, user).or_refuse()
    parts = [
        "".join(secrets.choice(LETTERS) for _letter in range(PART_LETTERS)) for _part in range(CODE_PARTS)
    ]
    approved = approval_of(user)
    if approved is None:
        raise ValueError("a first code needs an approval")
    made, _new = FirstCode.objects.update_or_create(
        user=user,
        defaults={
            "proposal": approved,
            "hashed": make_password(code_as_kept("".join(parts))),
            "made_by": by,
            "made_at": now(),
            "expires_at": now() + timedelta(hours=settings.JUXIAN_FIRST_CODE_HOURS),
        },
    )
    record(
        "accounts.first_code_made",
        actor=by,
        subject=user,
        organisation_path=made.proposal.organisation.path,
        address=address,
        detail={"username": user.username, "expires": made.expires_at.isoformat()},
    )
    return made, "-".join(parts)


@transaction.atomic
def set_first_password(*, code: FirstCode, password: str, address: str = "") -> User:
    """The owner sets a password by a code that was typed rightly (``code_given``); the code is used up.

    Raises ``ValidationError`` for the password, ``CodeGone``.
    """
    user = User.objects.select_for_update().get(pk=code.user_id)
    validate_password(password, user)
    standing = FirstCode.objects.filter(pk=code.pk, hashed=code.hashed, expires_at__gt=now())
    if not user.is_active or not standing.delete()[0]:
        raise CodeGone
    user.set_password(password)
    user.save(update_fields=["password"])
    record(
        "accounts.first_password_set",
        actor=user,
        subject=user,
        organisation_path=code.proposal.organisation.path,
        address=address,
    )
    end_sessions(user=user, address=address)
    return user
