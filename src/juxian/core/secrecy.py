"""Encrypting single fields and finding them again (字段加密与检索摘要).

AES-256-GCM, or SM4-GCM (国密) where a site asks for it, with a random 96-bit nonce. What was sealed names its key, so that a key
can be replaced while the one before still opens what is left. The digest is HMAC-SHA256 with a key of its own, so that a number
can be searched and kept unique without being readable. Source: NIST SP 800-38D; GB/T 32907-2016 and RFC 8998 (SM4-GCM);
SECURITY-BASELINE 7.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
ID_BYTES = 4
KEY_BYTES = 48
_TAG_BYTES, _PREFIX_BYTES = 16, 7
_SEARCH = "search:"
_WORDS = "words:"
SEALED_KEY = "~"  # under which a JSON object holds what was sealed of it


class Unreadable(ValueError):
    """The sealed text was made with another key, or was changed."""


class Method(StrEnum):
    """With what is encrypted from now on; both are opened at any time."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


# first byte of what is sealed: unnamed key (before keys were replaced), and key named by the next four bytes
_UNNAMED, _UNNAMED_STREAM = b"\x01", b"\x02"
_FIELD = {Method.AES: b"\x03", Method.SM4: b"\x04"}
_STREAM = {Method.AES: b"\x05", Method.SM4: b"\x06"}


class Sealer(Protocol):
    """Authenticated encryption with one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class SM4GCM:
    """SM4 in the mode of GCM with the calls of ``AESGCM``."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        work = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data)
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Raises ``InvalidTag``, and ``ValueError`` for what is shorter than a tag."""
        work = Cipher(self._algorithm, modes.GCM(nonce, data[-_TAG_BYTES:])).decryptor()
        work.authenticate_additional_data(associated_data)
        return work.update(data[:-_TAG_BYTES]) + work.finalize()


class KeySource(Protocol):
    """Where the keys of this moment come from: ``Keys`` themselves, or a file that is replaced while a server runs."""

    def now(self) -> Keys: ...


@dataclass(frozen=True, slots=True)
class Keys:
    """``sealing``, ``sealing_sm4``: keys of both methods. ``searching``: 32 bytes for digests.

    ident: what names the key in what it sealed. earlier: keys that are being replaced; they open and never seal.
    searching_earlier: keys of digests that are being replaced. searching_retired: those that no digest of a number was made
    with any more; what cannot be worked out again (words given to visitors, locks) is still compared with them.
    """

    sealing: bytes
    searching: bytes
    sealing_sm4: bytes
    ident: bytes
    method: Method = Method.AES
    earlier: tuple[Keys, ...] = ()
    searching_earlier: tuple[bytes, ...] = ()
    searching_retired: tuple[bytes, ...] = ()

    @classmethod
    def from_master(cls, master: bytes, method: Method = Method.AES) -> Keys:
        """Independent keys from one secret of at least 32 bytes."""
        if len(master) < 32:
            raise ValueError("the master key must have at least 32 bytes")
        sealing, searching, sm4, ident = (
            hmac.new(master, use, hashlib.sha256).digest()
            for use in (b"juxian sealing", b"juxian searching", b"juxian sealing sm4", b"juxian key name")
        )
        return cls(sealing, searching, sm4[:16], ident[:ID_BYTES], method)

    @classmethod
    def from_text(cls, text: str, method: Method = Method.AES) -> Keys:
        """The keys of a key file; see ``with_new_key``. A file that never saw a replacement is one secret."""
        if not text.startswith(_SEARCH):
            return cls.from_master(text.encode(), method)
        file = _File.read(text)
        searching, *earlier = (cls.from_master(secret.encode()).searching for secret in file.search)
        retired = tuple(cls.from_master(secret.encode()).searching for secret in file.words)
        keys = [
            replace(cls.from_master(master.encode(), method), searching=searching) for master in file.masters
        ]
        return replace(
            keys[0], earlier=tuple(keys[1:]), searching_earlier=tuple(earlier), searching_retired=retired
        )

    def now(self) -> Keys:
        return self

    @property
    def mark(self) -> bytes:
        """How a field begins that needs no new encryption."""
        return _FIELD[self.method] + self.ident

    @property
    def file_mark(self) -> bytes:
        """How a sealed file begins that needs no new encryption."""
        return _STREAM[self.method] + self.ident

    def sealer(self, method: Method) -> Sealer:
        return _sealer(method, self.sealing_sm4 if method is Method.SM4 else self.sealing)


@lru_cache(maxsize=16)
def _sealer(method: Method, key: bytes) -> Sealer:
    """Kept, since a list opens thousands of values one after the other."""
    return SM4GCM(key) if method is Method.SM4 else AESGCM(key)


@dataclass(frozen=True, slots=True)
class _File:
    """The secrets of a key file, newest first: of digests, of digests that were retired, of encryption."""

    search: list[str]
    words: list[str]
    masters: list[str]

    @classmethod
    def read(cls, text: str) -> _File:
        if not text.startswith(_SEARCH):
            return cls([text], [], [text])
        found = cls([], [], [])
        for secret in text.split():
            if secret.startswith(_SEARCH):
                found.search.append(secret.removeprefix(_SEARCH))
            elif secret.startswith(_WORDS):
                found.words.append(secret.removeprefix(_WORDS))
            else:
                found.masters.append(secret)
        return found

    def __str__(self) -> str:
        search = [_SEARCH + secret for secret in self.search]
        words = [_WORDS + secret for secret in self.words]
        return "\n".join([*search, *words, *self.masters]) + "\n"


def with_new_key(text: str, secret: str, search: str) -> str:
    """The text of a key file with a further secret that seals and another that makes digests from now on."""
    file = _File.read(text)
    return str(_File([search, *file.search], file.words, [secret, *file.masters]))


def without_earlier(text: str) -> str:
    """The text of a key file whose newest secrets alone seal and make digests; see ``searching_retired``."""
    file = _File.read(text)
    return str(_File(file.search[:1], [*file.search[1:], *file.words], file.masters[:1]))


def new_secret() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def seal(text: str, keys: KeySource) -> bytes:
    """Encrypt; two calls never give the same bytes."""
    held = keys.now()
    nonce = os.urandom(NONCE_BYTES)
    return held.mark + nonce + held.sealer(held.method).encrypt(nonce, text.encode(), held.mark)


def unseal(sealed: bytes, keys: KeySource) -> str:
    """Decrypt; raises ``Unreadable``."""
    held = keys.now()
    head, possible = _opening(sealed[: 1 + ID_BYTES], held, _FIELD, _UNNAMED)
    nonce, body = sealed[len(head) : len(head) + NONCE_BYTES], sealed[len(head) + NONCE_BYTES :]
    for sealer in possible:
        try:
            return sealer.decrypt(nonce, body, head).decode()
        except (InvalidTag, ValueError):
            continue
    raise Unreadable("sealed with another key, or changed")


def seal_keys(value: Mapping[str, Any], names: Collection[str] | None, keys: KeySource) -> dict[str, Any]:
    """A JSON object with its entries ``names`` (None: all) sealed as one under ``SEALED_KEY``."""
    hidden = {name: part for name, part in value.items() if names is None or name in names}
    if not hidden:
        return dict(value)
    text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
    shown = {name: part for name, part in value.items() if name not in hidden}
    return shown | {SEALED_KEY: sealed_word(text, keys)}


def open_keys(value: Mapping[str, Any], keys: KeySource) -> dict[str, Any]:
    """The JSON object that was sealed with ``seal_keys``; one without anything sealed as it is. Raises ``Unreadable``."""
    word = value.get(SEALED_KEY)
    if word is None:
        return dict(value)
    shown = {name: part for name, part in value.items() if name != SEALED_KEY}
    hidden: dict[str, Any] = json.loads(opened_word(word, keys))
    return shown | hidden


def sealed_word(text: str, keys: KeySource) -> str:
    """``seal`` as ASCII: what names the key in hexadecimal, a dot, the rest in base 64."""
    sealed = seal(text, keys)
    return f"{sealed[: 1 + ID_BYTES].hex()}.{base64.b64encode(sealed[1 + ID_BYTES :]).decode()}"


def opened_word(word: str, keys: KeySource) -> str:
    """Raises ``Unreadable``."""
    head, _dot, body = word.partition(".")
    try:
        sealed = bytes.fromhex(head) + base64.b64decode(body, validate=True)
    except ValueError as error:
        raise Unreadable("not a sealed word") from error
    return unseal(sealed, keys)


def word_mark(keys: KeySource) -> str:
    """How a sealed word begins that needs no new encryption."""
    return keys.now().mark.hex() + "."


def _opening(
    start: bytes, keys: Keys, named: dict[Method, bytes], unnamed: bytes
) -> tuple[bytes, Sequence[Sealer]]:
    """The head of what is sealed, and what may open it."""
    every = (keys, *keys.earlier)
    if start[:1] == unnamed:
        return unnamed, [key.sealer(Method.AES) for key in every]
    for method, version in named.items():
        if start[:1] == version:
            return start, [key.sealer(method) for key in every if key.ident == start[1:]]
    return start, []


CHUNK = 1024 * 1024


def seal_pieces(pieces: Iterable[bytes], keys: KeySource) -> Iterator[bytes]:
    """Encrypt a file of any length in pieces of ``CHUNK``; none can be left out, moved or cut off unnoticed.

    Source: Hoang, Reyhanitabar, Rogaway, Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance
    (STREAM), 2015.
    """
    held = keys.now()
    sealer, head, prefix = held.sealer(held.method), held.file_mark, os.urandom(_PREFIX_BYTES)
    yield head + prefix
    waiting: bytes | None = None
    number = 0
    for piece in _of_size(pieces):
        if waiting is not None:
            yield sealer.encrypt(_nonce(prefix, number, last=False), waiting, head)
            number += 1
        waiting = piece
    yield sealer.encrypt(_nonce(prefix, number, last=True), waiting or b"", head)


def unseal_pieces(file: BinaryIO, keys: KeySource) -> Iterator[bytes]:
    """The pieces of a sealed file; raises ``Unreadable`` at the first that is not as it was sealed."""
    start = file.read(1 + ID_BYTES)
    head, possible = _opening(start, keys.now(), _STREAM, _UNNAMED_STREAM)
    file.seek(len(head))
    prefix = file.read(_PREFIX_BYTES)
    if not possible or len(prefix) != _PREFIX_BYTES:
        raise Unreadable("not a sealed file, or sealed with another key")
    number = 0
    piece = file.read(CHUNK + _TAG_BYTES)
    while True:
        following = file.read(CHUNK + _TAG_BYTES)
        nonce = _nonce(prefix, number, last=not following)
        possible, opened = _first_that_opens(possible, nonce, piece, head)
        yield opened
        if not following:
            return
        piece, number = following, number + 1


def _first_that_opens(
    possible: Sequence[Sealer], nonce: bytes, piece: bytes, head: bytes
) -> tuple[Sequence[Sealer], bytes]:
    """The sealer that opens a piece, which is the one for all further pieces, and what was in it."""
    for sealer in possible:
        try:
            return [sealer], sealer.decrypt(nonce, piece, head)
        except (InvalidTag, ValueError):
            continue
    raise Unreadable("sealed with another key, or changed")


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _of_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of ``CHUNK``, the last one shorter."""
    held = b""
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK:
            yield held[:CHUNK]
            held = held[CHUNK:]
    if held:
        yield held


def digest(text: str, keys: KeySource) -> str:
    """Keyed digest of a canonical text, 64 hexadecimal digits."""
    return hmac.new(keys.now().searching, text.encode(), hashlib.sha256).hexdigest()


def digests(text: str, keys: KeySource, *, retired: bool = False) -> tuple[str, ...]:
    """Every digest under which a text may stand while keys are being replaced, the present one first.

    retired: also those of keys that were retired, for what could not be worked out again.
    """
    held = keys.now()
    every = (held.searching, *held.searching_earlier, *(held.searching_retired if retired else ()))
    return tuple(hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in every)
