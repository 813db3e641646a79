"""A small OpenID provider (测试用的统一身份系统): discovery, authorize, token and keys over HTTP, lying where a test asks it to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "juxian", "of-the-client:with/odd=signs"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """subject: who signs in there. lies: claims that replace the true ones; None takes one away."""

    address: str = ""
    subject: str = "4f1c"
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signing: Any = None
    algorithm: str = "RS256"
    kid: str = "first"
    lies: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        } | self.discovery

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where a browser is sent back to, as if somebody had signed in."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """The answer to a code; None where the client did not prove itself."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if login != f"Basic {expected}":
            self.refusals.append("client")
            return None
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["code_challenge_method"] != "S256":
            self.refusals.append("code")
            return None
        if asked["redirect_uri"] != form.get("redirect_uri"):
            self.refusals.append("redirect")
            return None
        moment = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": self.subject,
            "nonce": asked["nonce"],
            "iat": moment,
            "exp": moment + 300,
            "email": "zhang@example.gov.cn",
            "email_verified": True,
            "preferred_username": "zhang",
        }
        told = {name: value for name, value in (claims | self.lies).items() if value is not None}
        key = self.key if self.signing is None else self.signing
        token = jwt.encode(told, key, algorithm=self.algorithm, headers={"kid": self.kid})
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@contextmanager
def serving() -> Iterator[Issuer]:
    """The provider on a free port of this machine."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", issuer.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                pages = {"/.well-known/openid-configuration": issuer.metadata, "/keys": issuer.keys}
                page = pages.get(parts.path)
                self._say(200 if page else 404, page() if page else {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            told = issuer.token(form, self.headers.get("Authorization", ""))
            self._say(200 if told else 400, told or {"error": "invalid_grant"})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
