"""The keys that sign cards (签名密钥): private halves in files that only the owner reads, public halves in the database."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.audit.actions import record
from juxian.apps.cards.models import CardKey
from juxian.apps.cards.rules import NotPossible
from juxian.apps.clock import today
from juxian.core.cards.code import key_id, public_text

FILE_MODE, FOLDER_MODE = 0o600, 0o700


class NoKey(NotPossible):
    """No key has been made on this machine, or its file is gone."""

    def __init__(self) -> None:
        super().__init__(_("还没有服务卡签名密钥，请系统管理员运行 juxian card key。"))


@transaction.atomic
def make_key(*, day: date | None = None) -> CardKey:
    """A new key signs from now on; the one before is retired and goes on proving what it signed (密钥轮换)."""
    day = day or today()
    private = Ed25519PrivateKey.generate()
    kid = key_id(private.public_key())
    CardKey.objects.filter(retired_on=None).update(retired_on=day)
    made = CardKey.objects.create(kid=kid, public=public_text(private.public_key()), made_on=day)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = key_file(kid)
    path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    record("cards.key_made", subject=made, detail={"kid": kid})
    return made


def signing_key() -> Ed25519PrivateKey:
    """The private key in use. Raises ``NoKey``."""
    current = CardKey.objects.filter(retired_on=None).first()
    if current is None or not key_file(current.kid).is_file():
        raise NoKey
    key = load_pem_private_key(key_file(current.kid).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey) or key_id(key.public_key()) != current.kid:
        raise NoKey
    return key


def key_file(kid: str) -> Path:
    return Path(settings.JUXIAN_HOME) / "keys" / f"card-{kid}.pem"
