"""An authenticator in software (测试用的通行密钥): makes passkeys and signs with them, or does so wrongly where asked to."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """origin, site: what it says it speaks to. verifies: whether it asks for a finger or a PIN. counter: of its uses."""

    origin: str = "http://localhost:8000"
    site: str = "localhost"
    verifies: bool = True
    counter: int = 0
    handle: str = ""
    credential: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """The answer to a question to make a passkey."""
        self.handle = options["user"]["id"]
        data = self._data(ATTESTED) + self._attested()
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        response = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(made)}
        return self._answer(response)

    def sign(self, options: dict[str, Any], kind: str = "webauthn.get") -> str:
        """The answer to a question of a sign-in."""
        self.counter += 1
        data, client = self._data(0), self._client(kind, options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.handle,
            }
        )

    @property
    def public(self) -> str:
        """What a site keeps of it."""
        return websafe_encode(self._attested())

    def _attested(self) -> bytes:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        return bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + public

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = websafe_encode(self.credential)
        told = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(told | {"clientExtensionResults": {}})
