"""Posts: lent to a colleague, asked for, granted, taken away (岗位)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from juxian.apps.accounts.actions.signing import end_sessions
from juxian.apps.accounts.models import Post, PostProposal, User
from juxian.apps.accounts.rules import may_decide, may_hold, may_lend, may_manage_posts, may_propose
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation


@transaction.atomic
def lend_post(*, post: Post, to: User, since: date, until: date, reason: str, by: User) -> Post:
    """Let ``to`` hold a post of ``by`` from ``since`` up to ``until`` (exclusive); the own post stays. Ends by itself.

    Raises ``PermissionDenied`` with the reason, ``ValueError`` for a period that is none, ``AlreadyLent``.
    """
    if post.user_id != by.pk:
        raise ValueError("a post is lent by who holds it")
    if not since < until:
        raise ValueError("the period ends before it begins")
    User.objects.select_for_update().get(pk=to.pk)
    may_lend(post, to).or_refuse()
    if Post.objects.filter(user=to, stands_for=post, since__lt=until, until__gt=since).exists():
        raise AlreadyLent
    lent = Post.objects.create(
        user=to,
        role=post.role,
        organisation=post.organisation,
        since=since,
        until=until,
        stands_for=post,
        reason=reason,
    )
    record(
        "accounts.post_lent",
        actor=by,
        subject=to,
        organisation_path=post.organisation.path,
        detail={"role": post.role, "since": since.isoformat(), "until": until.isoformat()},
        reason=reason,
    )
    return lent


class AlreadyLent(Exception):
    """The same colleague holds the post for a part of that time already."""


@transaction.atomic
def take_back(*, lent: Post, by: User) -> bool:
    """End a delegation today; one that has not begun is dropped. False when it had ended. Raises ``ValueError``."""
    if lent.stands_for is None or lent.stands_for.user_id != by.pk:
        raise ValueError("a post is taken back by who lent it")
    day = today()
    if lent.since >= day:  # a period has a day at least, so what began today goes as a whole
        ended = bool(Post.objects.filter(pk=lent.pk).delete()[0])
    else:
        ended = bool(Post.objects.filter(pk=lent.pk, until__gt=day).update(until=day))
    if ended:
        record(
            "accounts.post_taken_back",
            actor=by,
            subject=lent.user,
            organisation_path=lent.organisation.path,
            detail={"role": lent.role},
        )
    return ended


class AlreadyProposed(Exception):
    """The same post is asked for already, or held."""


@transaction.atomic
def propose_post(
    *,
    user: User,
    role: str,
    organisation: Organisation,
    since: date,
    until: date | None,
    reason: str,
    by: User,
) -> PostProposal:
    """Ask that ``user`` be given a post (申请授予岗位); the security administrator decides.

    Raises ``PermissionDenied`` with the reason, ``AlreadyProposed``, ``ValueError`` for a period that is none.
    """
    if until is not None and until <= since:
        raise ValueError("the period ends before it begins")
    User.objects.select_for_update().get(pk=user.pk)
    may_propose(by, user, role, organisation).or_refuse()
    if Post.objects.filter(user=user, role=role, organisation=organisation, stands_for=None).exclude(
        until__lte=today()
    ):
        raise AlreadyProposed
    try:
        with transaction.atomic():
            made = PostProposal.objects.create(
                user=user,
                role=role,
                organisation=organisation,
                since=since,
                until=until,
                reason=reason,
                proposed_by=by,
                proposed_at=now(),
            )
    except IntegrityError as twice:
        raise AlreadyProposed from twice
    record(
        "accounts.post_proposed",
        actor=by,
        subject=user,
        organisation_path=organisation.path,
        detail={"role": role},
        reason=reason,
    )
    return made


class AlreadyDecided(Exception):
    """Somebody was faster."""


@transaction.atomic
def decide_proposal(*, proposal: PostProposal, grant: bool, answer: str, by: User) -> Post | None:
    """Grant or refuse what was asked for (核准授予), on the present state of account and proposal.

    Raises ``PermissionDenied`` with the reason, ``AlreadyDecided``.
    """
    user = User.objects.select_for_update().get(pk=proposal.user_id)
    may_decide(by, proposal).or_refuse()
    open_still = PostProposal.objects.filter(pk=proposal.pk, granted=None)
    if not open_still.update(granted=grant, decided_by=by, answer=answer):
        raise AlreadyDecided
    post = None
    if grant:
        may_hold(user, proposal.role).or_refuse()
        post, _made = Post.objects.update_or_create(
            user=user,
            role=proposal.role,
            organisation=proposal.organisation,
            stands_for=None,
            defaults={"since": proposal.since, "until": proposal.until},
        )
    record(
        "accounts.post_granted" if grant else "accounts.post_refused",
        actor=by,
        subject=user,
        organisation_path=proposal.organisation.path,
        detail={"role": proposal.role, "asked_by": proposal.proposed_by_id},
        reason=answer,
    )
    return post


@transaction.atomic
def end_post(*, post: Post, reason: str, by: User) -> bool:
    """Take a post away today (收回岗位): what it lent to others ends with it, and so does every session of its holder.

    False when it had ended. Raises ``PermissionDenied`` with the reason.
    """
    may_manage_posts(by, post.organisation).or_refuse()
    day = today()
    standing = Post.objects.filter(pk=post.pk, stands_for=None).exclude(until__lte=day)
    if post.since >= day:
        ended = bool(standing.filter(lent=None).delete()[0])
    else:
        ended = bool(standing.update(until=day))
    if ended:
        end_sessions(user=post.user, by=by)
        record(
            "accounts.post_ended",
            actor=by,
            subject=post.user,
            organisation_path=post.organisation.path,
            detail={"role": post.role},
            reason=reason,
        )
    return ended
