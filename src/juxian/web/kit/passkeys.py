"""Passkeys (通行密钥, WebAuthn level 2): signing in without a password, and a second factor that no forged page can use.

The protocol is that of python-fido2; django-allauth's table keeps what was registered. A passkey answers to one origin, that of
``JUXIAN_PUBLIC_ADDRESS``; a site whose address is a bare number has none, because browsers give none to numbers.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now

MOST = 10  # of one account
LONGEST_NAME = 40
LONGEST_ANSWER = 20_000  # characters of what a browser sends
SECONDS = 300  # an answer comes within this time of its question
STATE = "passkey-state"  # in a session: the question that waits for an answer


class NotGiven(Exception):
    """What the browser sent proves no passkey; the words are for the user."""

    def __init__(self) -> None:
        super().__init__(_("没有通过通行密钥的验证，请再试一次。"))


def offered() -> bool:
    """Whether the site's address is a name, so that browsers make passkeys for it."""
    host = urlsplit(settings.JUXIAN_PUBLIC_ADDRESS).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def of_user(user: User) -> list[Authenticator]:
    """The user's passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def _server() -> Fido2Server:
    parts = urlsplit(settings.JUXIAN_PUBLIC_ADDRESS)
    origin = f"{parts.scheme}://{parts.netloc}"
    site = PublicKeyCredentialRpEntity(name=_("聚贤"), id=parts.hostname or "")
    return Fido2Server(site, verify_origin=lambda told: told == origin)


def _credential(kept: Authenticator) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(kept.data["public"]))


def _handle(user: User) -> bytes:
    """What an authenticator keeps of the account: its number, no name."""
    return f"juxian:{user.pk}".encode()


def _ask(session: SessionBase, purpose: str, state: dict[str, Any], **more: Any) -> None:
    kept = {"challenge": state["challenge"], "user_verification": str(state["user_verification"].value)}
    session[STATE] = {"purpose": purpose, "state": kept, "since": int(now().timestamp()), **more}


def _asked(session: SessionBase, purpose: str) -> dict[str, Any]:
    """The question that waits, taken out so that it is answered once. Raises ``NotGiven``."""
    kept = session.pop(STATE, None)
    if not isinstance(kept, dict) or kept.get("purpose") != purpose:
        raise NotGiven
    if now().timestamp() - kept["since"] > SECONDS:
        raise NotGiven
    return cast("dict[str, Any]", kept)


def _read(text: str) -> dict[str, Any]:
    """Raises ``NotGiven`` for what is no object of JSON."""
    if len(text) > LONGEST_ANSWER:
        raise NotGiven
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise NotGiven from wrong
    if not isinstance(found, dict):
        raise NotGiven
    return found


# registering


def begin_registering(session: SessionBase, user: User, name: str) -> str:
    """What the browser needs to make a passkey, as JSON."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(name=user.username, id=_handle(user), display_name=str(user)),
        credentials=[_credential(kept) for kept in of_user(user)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _ask(session, "register", state, name=name, user=user.pk)
    return json.dumps(dict(options)["publicKey"])


@transaction.atomic
def register(session: SessionBase, user: User, text: str, address: str) -> list[str]:
    """Keep the passkey that a browser made; returns the recovery codes when it is the first factor. Raises ``NotGiven``."""
    asked = _asked(session, "register")
    if asked["user"] != user.pk:
        raise NotGiven
    try:
        data = _server().register_complete(asked["state"], RegistrationResponse.from_dict(_read(text)))
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotGiven from wrong
    User.objects.select_for_update().get(pk=user.pk)
    kept = of_user(user)
    public = cast("AttestedCredentialData", data.credential_data)
    if len(kept) >= MOST or any(_credential(other).credential_id == public.credential_id for other in kept):
        raise NotGiven
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": asked["name"], "public": websafe_encode(bytes(public)), "counter": data.counter},
    )
    record("accounts.passkey_added", actor=user, subject=user, address=address)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists():
        return []
    return cast("list[str]", RecoveryCodes.activate(user).get_unused_codes())


@transaction.atomic
def rename(kept: Authenticator, name: str, address: str) -> None:
    kept.data["name"] = name
    kept.save(update_fields=["data"])
    record("accounts.passkey_renamed", actor=kept.user, subject=kept.user, address=address)


@transaction.atomic
def remove(kept: Authenticator, address: str) -> None:
    """Forget a passkey; the recovery codes go with the last factor."""
    user = kept.user
    kept.delete()
    left = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if not left.exists():
        Authenticator.objects.filter(user=user).delete()
    record("accounts.passkey_removed", actor=user, subject=user, address=address)


# signing in


def begin_asking(session: SessionBase, user: User | None) -> str:
    """What the browser needs to use a passkey: of ``user`` after the password, of whoever has one without; as JSON."""
    alone = user is None
    verification = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    credentials = None if user is None else [_credential(kept) for kept in of_user(user)]
    options, state = _server().authenticate_begin(credentials, user_verification=verification)
    _ask(session, "sign-in" if alone else "factor", state)
    return json.dumps(dict(options)["publicKey"])


def given_by(session: SessionBase, text: str) -> User:
    """Whose passkey answered the question of a sign-in without a password. Raises ``NotGiven``."""
    asked, answer = _asked(session, "sign-in"), _read(text)
    try:
        handle = websafe_decode(answer["response"]["userHandle"]).decode("ascii")
        number = int(handle.removeprefix("juxian:")[:18])
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotGiven from wrong
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None:
        raise NotGiven
    _check(user, asked["state"], answer)
    return user


def given_for(session: SessionBase, user: User, text: str) -> None:
    """A passkey of ``user`` after the password. Raises ``NotGiven``."""
    asked, answer = _asked(session, "factor"), _read(text)
    _check(user, asked["state"], answer)


@transaction.atomic
def _check(user: User, state: dict[str, Any], answer: dict[str, Any]) -> None:
    """A signature of a passkey of the user; a counter that goes back is a copied key. Raises ``NotGiven``."""
    kept = {
        _credential(own).credential_id: own
        for own in Authenticator.objects.select_for_update().filter(
            user=user, type=Authenticator.Type.WEBAUTHN
        )
    }
    try:
        read = AuthenticationResponse.from_dict(answer)
        used = _server().authenticate_complete(state, [_credential(own) for own in kept.values()], read)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotGiven from wrong
    own, counter = kept[used.credential_id], read.response.authenticator_data.counter
    if (counter or own.data["counter"]) and counter <= own.data["counter"]:
        raise NotGiven
    own.data["counter"] = counter
    own.last_used_at = now()
    own.save(update_fields=["data", "last_used_at"])
