"""Who is signed in where, and which names are locked (在线会话与锁定)."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from juxian.apps.accounts.enums import SEPARATED, Role, Standing
from juxian.apps.accounts.models import (
    AccountProposal,
    FirstCode,
    LockOut,
    MissedSignIns,
    OutsideIdentity,
    Post,
    PostProposal,
    SignedIn,
    User,
)
from juxian.apps.accounts.rules import LENT_ROLES
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.core.secrecy import digest, digests

COUNTED = timedelta(days=1)


def sessions_of(user: User) -> QuerySet[SignedIn]:
    """The user's sign-ins that go on, the newest first."""
    standing = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return user.signed_in.filter(session_key__in=standing)


def name_digest(name: str) -> str:
    """Digest of an account name as sign-in compares it: NFKC, trimmed, case folded."""
    return digest(_compared(name), settings.JUXIAN_KEYS)


def _compared(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def posts_managed_by(user: User) -> QuerySet[Post]:
    """Own posts of everybody in the places of an administrator of accounts, those in force first."""
    reach = _reach(user)
    return (
        Post.objects.filter(reach, stands_for=None)
        .select_related("user", "organisation")
        .order_by("until", "user__username", "pk")
    )


def proposals_visible_to(user: User) -> QuerySet[PostProposal]:
    """Posts asked for in the places of an administrator of accounts, the newest first."""
    return PostProposal.objects.filter(_reach(user)).select_related(
        "user", "organisation", "proposed_by", "decided_by"
    )


def accounts_managed_by(user: User) -> QuerySet[User]:
    """Accounts of the places of an administrator of accounts, with the own posts in force and what is asked; newest first."""
    held = Post.objects.held_on(today()).filter(stands_for=None).select_related("organisation")
    asked = AccountProposal.objects.filter(granted=None)
    return (
        User.objects.filter(Exists(Post.objects.filter(_reach(user), stands_for=None, user=OuterRef("pk"))))
        .prefetch_related(
            Prefetch("posts", held.order_by("pk"), to_attr="held"),
            Prefetch("account_proposals", asked, to_attr="asked"),
        )
        .order_by("-pk")
    )


def accounts_like(
    rows: QuerySet[User], *, words: str = "", standing: str = "", role: str = ""
) -> QuerySet[User]:
    """Of ``rows`` those whose account or name holds ``words``, that stand so, that hold a role today."""
    if words:
        rows = rows.filter(Q(username__icontains=words.casefold()) | Q(name__icontains=words))
    if standing == Standing.SUSPENDED:
        rows = rows.filter(is_active=False)
    elif standing:
        unset = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        rows = rows.filter(unset if standing == Standing.WAITING else ~unset, is_active=True)
    if role:
        held = Post.objects.held_on(today()).filter(stands_for=None, role=role, user=OuterRef("pk"))
        rows = rows.filter(Exists(held))
    return rows


def standing_of(user: User) -> Standing:
    if not user.is_active:
        return Standing.SUSPENDED
    return Standing.ACTIVE if user.has_usable_password() else Standing.WAITING


def account_proposals_visible_to(user: User) -> QuerySet[AccountProposal]:
    """What is asked about accounts in the places of an administrator of accounts, the newest first."""
    return AccountProposal.objects.filter(_reach(user)).select_related(
        "user", "organisation", "proposed_by", "decided_by"
    )


def administrators_over(organisation: Organisation) -> QuerySet[User]:
    """The three kinds of administrators whose posts reach an organisation today."""
    held = Post.objects.held_on(today()).over(organisation.path).filter(role__in=SEPARATED)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")


LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # of codes; none that is taken for another


def code_as_kept(typed: str) -> str:
    """A first code as it is compared: capitals and digits alone."""
    return "".join(char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum())


def code_given(name: str, typed: str) -> FirstCode | None:
    """The first code of the open account of that name, when it was typed; the same work is done where there is none."""
    kept = FirstCode.objects.filter(user__username=name, user__is_active=True, expires_at__gt=now())
    found = kept.select_related("user").first()
    if found is None:
        make_password(code_as_kept(typed))
        return None
    return found if check_password(code_as_kept(typed), found.hashed) else None


def _reach(user: User) -> Q:
    """Below the organisations over which the user administers accounts; nothing for anybody else."""
    found = Q(pk=None)
    for path in user.paths_for([Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN], on=today()):
        found |= Q(organisation__path=path) | Q(organisation__path__startswith=path + "/")
    return found


def quarter() -> datetime:
    """When this quarter of an hour began."""
    moment = now()
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def address_digest(address: str) -> str:
    return digest(_from(address), settings.JUXIAN_KEYS)


def _from(address: str) -> str:
    return f"sign-in:{address}"


def missed_from(address: str) -> int:
    """Wrong passwords from an address in this quarter of an hour."""
    given = digests(_from(address), settings.JUXIAN_KEYS)
    found = MissedSignIns.objects.filter(address_digest__in=given, since=quarter())
    return sum(found.values_list("count", flat=True))


def known_at(name: str, address: str) -> bool:
    """Whoever has this account name signed in from the address within a month."""
    user = User.objects.filter(username=name).first()
    if user is None:
        return False
    lately = AuditEntry.objects.filter(
        actor=user, action="accounts.signed_in", at__gt=now() - timedelta(days=30)
    )
    return lately.filter(address=address).exists()


def bound_to(issuer: str, subject: str) -> User | None:
    """The open account that was bound to an identity of another system."""
    kept = OutsideIdentity.objects.filter(issuer=issuer, subject=subject, user__is_active=True)
    found = kept.select_related("user").first()
    return found.user if found else None


def outside_of(user: User, issuer: str) -> OutsideIdentity | None:
    return OutsideIdentity.objects.filter(user=user, issuer=issuer).first()


def locks_of(name: str) -> QuerySet[LockOut]:
    """The locks of a name during the last day, the newest first."""
    given = digests(_compared(name), settings.JUXIAN_KEYS, retired=True)
    return LockOut.objects.filter(name_digest__in=given, at__gt=now() - COUNTED).order_by("-at")


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
