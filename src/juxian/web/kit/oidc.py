"""Signing in through another system (统一身份认证, OpenID Connect Core 1.0): authorization code with PKCE, state and nonce.

Off unless ``JUXIAN_OIDC_ISSUER`` is set. Signatures are checked by PyJWT against the keys of the issuer, whatever the channel.
What comes back names an account only where its subject was bound to it before, never by name or e-mail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.clock import now

STATE = "oidc-state"  # in a session: the way out that waits for the way back
SECONDS, LONGEST_ANSWER, TIMEOUT = 600, 200_000, 10
KEPT_SECONDS = 3600  # how long what the issuer tells of itself is kept
LEEWAY, OLDEST_TOKEN = 60, 600
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LONGEST_SUBJECT = 255
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NotGiven(Exception):
    """The other system did not prove who it is. why: for the log of the site, without anything of the token."""

    def __init__(self, why: str) -> None:
        super().__init__(_("没有通过统一身份认证，请再试一次，或用密码登录。"))
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. subject: of the issuer, unique and never used again. data: what the way out was begun with."""

    issuer: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Issuer:
    """What an issuer tells of itself."""

    authorize: str
    token: str
    keys_at: str
    basic: bool
    since: float


_issuers: dict[str, Issuer] = {}
_keys: dict[str, jwt.PyJWKSet] = {}


def offered() -> bool:
    return bool(settings.JUXIAN_OIDC_ISSUER and settings.JUXIAN_OIDC_CLIENT)


def forget() -> None:
    """Ask the issuer again at the next sign-in."""
    _issuers.clear()
    _keys.clear()


def _fetch(address: str, form: dict[str, str] | None = None, login: tuple[str, str] | None = None) -> Any:
    """JSON of an address; no redirect is followed. Raises ``NotGiven``."""
    try:
        with requests.request(
            "GET" if form is None else "POST",
            address,
            data=form,
            auth=login,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/json"},
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise NotGiven(f"{urlsplit(address).path} answered {answer.status_code}")
            body = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError) as failed:
        raise NotGiven(f"{urlsplit(address).path} was not reached") from failed
    if len(body) > LONGEST_ANSWER:
        raise NotGiven("the answer is too long")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise NotGiven("the answer is no JSON") from wrong


def _sound(address: Any) -> str:
    """An address over TLS, or of this machine. Raises ``NotGiven``."""
    parts = urlsplit(address) if isinstance(address, str) else None
    if parts and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        return cast("str", address)
    raise NotGiven("an address of the issuer is not https")


def _issuer() -> Issuer:
    name = settings.JUXIAN_OIDC_ISSUER
    kept = _issuers.get(name)
    if kept and now().timestamp() - kept.since < KEPT_SECONDS:
        return kept
    told = _fetch(_sound(name).rstrip("/") + "/.well-known/openid-configuration")
    if not isinstance(told, dict) or told.get("issuer") != name:
        raise NotGiven("the issuer names itself otherwise")
    ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    found = Issuer(
        authorize=_sound(told.get("authorization_endpoint")),
        token=_sound(told.get("token_endpoint")),
        keys_at=_sound(told.get("jwks_uri")),
        basic="client_secret_basic" in ways,
        since=now().timestamp(),
    )
    _keys.pop(name, None)
    _issuers[name] = found
    return found


def _callback() -> str:
    return str(settings.JUXIAN_PUBLIC_ADDRESS).rstrip("/") + reverse("outside-back")


def way_out(session: SessionBase, data: dict[str, Any]) -> str:
    """The address of the other system to go to. Raises ``NotGiven``."""
    issuer = _issuer()
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    session[STATE] = kept | {"since": int(now().timestamp()), "data": data}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code",
        "client_id": settings.JUXIAN_OIDC_CLIENT,
        "redirect_uri": _callback(),
        "scope": "openid",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return issuer.authorize + ("&" if "?" in issuer.authorize else "?") + urlencode(asked)


def way_back(session: SessionBase, sent: dict[str, str]) -> Answer:
    """Who came back; each way out counts for one way back. Raises ``NotGiven``."""
    kept = session.pop(STATE, None)
    if not isinstance(kept, dict) or now().timestamp() - kept["since"] > SECONDS:
        raise NotGiven("nobody was sent out")
    if not hmac.compare_digest(kept["state"].encode(), sent.get("state", "").encode()):
        raise NotGiven("another state")
    if sent.get("iss", settings.JUXIAN_OIDC_ISSUER) != settings.JUXIAN_OIDC_ISSUER:
        raise NotGiven("another issuer in the address")  # RFC 9207
    if "error" in sent or not sent.get("code"):
        raise NotGiven("refused there")
    claims = _claims(_token(sent["code"], kept["verifier"]))
    if not hmac.compare_digest(kept["nonce"].encode(), str(claims.get("nonce", "")).encode()):
        raise NotGiven("another nonce")
    return Answer(settings.JUXIAN_OIDC_ISSUER, claims["sub"], kept["data"])


def _token(code: str, verifier: str) -> str:
    issuer = _issuer()
    client, secret = settings.JUXIAN_OIDC_CLIENT, settings.JUXIAN_OIDC_SECRET
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(),
        "code_verifier": verifier,
        "client_id": client,
    }
    if secret and not issuer.basic:
        form["client_secret"] = secret
    told = _fetch(issuer.token, form, (client, secret) if secret and issuer.basic else None)
    token = told.get("id_token") if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise NotGiven("no id_token")
    return token


def _claims(token: str) -> dict[str, Any]:
    """What a signed token says, all of it checked. Raises ``NotGiven``."""
    client = settings.JUXIAN_OIDC_CLIENT
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise NotGiven("an algorithm that proves nothing")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(header.get("kid")),
            algorithms=[header["alg"]],
            audience=client,
            issuer=settings.JUXIAN_OIDC_ISSUER,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as wrong:
        raise NotGiven(type(wrong).__name__) from wrong
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client:
        raise NotGiven("made for another party")
    if now().timestamp() - claims["iat"] > OLDEST_TOKEN:
        raise NotGiven("an old token")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise NotGiven("no subject")
    return claims


def _key(kid: Any) -> jwt.PyJWK:
    """The key of that name; the issuer is asked again once for a name that is new. Raises ``NotGiven``."""
    name = settings.JUXIAN_OIDC_ISSUER
    for fresh in (False, True):
        if fresh or name not in _keys:
            try:
                _keys[name] = jwt.PyJWKSet.from_dict(_fetch(_issuer().keys_at))
            except (jwt.PyJWTError, TypeError, AttributeError, KeyError) as wrong:
                raise NotGiven("no keys") from wrong
        usable = [key for key in _keys[name].keys if key.public_key_use in (None, "sig")]
        found = [key for key in usable if key.key_id == kid] if kid is not None else usable
        if len(found) == 1:
            return found[0]
    raise NotGiven("an unknown key")
