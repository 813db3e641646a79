"""The second factor of signing in (第二因素): codes of an app (TOTP, RFC 6238) and recovery codes, kept by django-allauth.

Secrets are sealed with the key of encrypted fields before they are stored.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import cast

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.core.secrecy import seal, unseal

HOURLY_CODES = 20  # wrong ones of an account, then none is looked at
ASKED = (Authenticator.Type.RECOVERY_CODES, Authenticator.Type.TOTP)


class SealedSecrets(DefaultMFAAdapter):
    """Secrets of factors as allauth keeps them, sealed."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, settings.JUXIAN_KEYS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), settings.JUXIAN_KEYS)


def has_factor(user: User) -> bool:
    """An app that gives codes, or a passkey."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def has_app(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def new_secret() -> str:
    return cast("str", generate_totp_secret())


def picture_of(user: User, secret: str) -> str:
    """The QR code of a secret as a data address for an image."""
    label = f"otpauth://totp/{user.username}?secret={secret}&issuer=Juxian"
    return segno.make(label, error="m").svg_data_uri(scale=4, border=2)


def fits(secret: str, code: str) -> bool:
    """A code of the app for a secret that is not stored yet."""
    return bool(validate_totp_code(secret, code))


@transaction.atomic
def set_up(user: User, secret: str, address: str) -> list[str]:
    """Require codes of this secret from now on; returns the recovery codes, shown once."""
    Authenticator.objects.filter(user=user, type__in=ASKED).delete()
    TOTP.activate(user, secret)
    record("accounts.factor_set_up", actor=user, subject=user, address=address, detail={"kind": "totp"})
    return cast("list[str]", RecoveryCodes.activate(user).get_unused_codes())


@transaction.atomic
def remove_app(user: User, address: str) -> None:
    """Ask for no more codes of an app; the recovery codes stay while there is a passkey."""
    gone = Authenticator.objects.filter(user=user)
    if gone.filter(type=Authenticator.Type.WEBAUTHN).exists():
        gone = gone.filter(type=Authenticator.Type.TOTP)
    gone.delete()
    record("accounts.factor_removed", actor=user, subject=user, address=address)


@transaction.atomic
def passes(user: User, code: str) -> str:
    """The kind of factor that a typed code satisfies, each code once; empty when it fits none."""
    typed = "".join(code.split())
    for kept in Authenticator.objects.filter(user=user, type__in=ASKED).order_by("-type"):
        if kept.wrap().validate_code(typed):
            kept.refresh_from_db()
            kept.record_usage()
            return str(kept.type)
    return ""


def guesses(user: User) -> int:
    """Wrong codes of an account within an hour, over all its browsers."""
    since = now() - timedelta(hours=1)
    return AuditEntry.objects.filter(action="accounts.factor_refused", actor=user, at__gte=since).count()


def codes_left(user: User) -> int:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0
