"""Making, revoking and using tokens (令牌的创建、吊销与使用)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.tokens.models import ApiToken

PREFIX = "jx_"
SECRET_BYTES = 32
HINT = len(PREFIX) + 6
LONGEST_SECRET = 100


class Spent(Exception):
    """A limit of the token is used up. limit: ``requests`` (this minute) or ``persons`` (this day)."""

    def __init__(self, limit: str, allowed: int) -> None:
        super().__init__(limit)
        self.limit, self.allowed = limit, allowed


def make_token(
    *,
    organisation: Organisation,
    name: str,
    scopes: Iterable[str],
    expires_on: date,
    requests_per_minute: int,
    persons_per_day: int,
    by: User,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is told once and kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            organisation=organisation,
            name=name,
            scopes=sorted(scopes),
            digest=digest_of(secret),
            hint=secret[:HINT],
            created_by=by,
            expires_on=expires_on,
            requests_per_minute=requests_per_minute,
            persons_per_day=persons_per_day,
        )
        record(
            "tokens.made",
            actor=by,
            subject=token,
            organisation_path=organisation.path,
            detail={"name": name, "scopes": token.scopes, "expires_on": expires_on.isoformat()},
        )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> bool:
    """End a token at once; False when it was revoked before."""
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now())
    if ended:
        record(
            "tokens.revoked", actor=by, subject=token, organisation_path=token.organisation.path,
            detail={"name": token.name},
        )  # fmt: skip
    return bool(ended)


def token_of(secret: str) -> ApiToken | None:
    """The usable token with this secret. Secrets are random, so a plain digest finds them and tells nothing."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    usable = ApiToken.objects.usable_on(today()).select_related("organisation")
    return usable.filter(digest=digest_of(secret)).first()


def count_request(token: ApiToken) -> None:
    """One more request in this minute. Raises ``Spent`` when the minute is full."""
    minute = int(now().timestamp()) // 60
    same = ApiToken.objects.filter(pk=token.pk, minute=minute, requests__lt=token.requests_per_minute)
    if same.update(requests=F("requests") + 1):
        return
    if not ApiToken.objects.filter(pk=token.pk).exclude(minute=minute).update(minute=minute, requests=1):
        raise Spent("requests", token.requests_per_minute)


def count_persons(token: ApiToken, persons: int) -> None:
    """So many more persons today. Raises ``Spent`` when that is more than the day allows; nothing is counted then."""
    day, most = today(), token.persons_per_day
    own = ApiToken.objects.filter(pk=token.pk)
    if persons <= most:
        if own.filter(day=day, persons__lte=most - persons).update(persons=F("persons") + persons):
            return
        if own.exclude(day=day).update(day=day, persons=persons):
            return
    raise Spent("persons", most)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
