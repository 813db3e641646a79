"""Where a request comes from (来源地址)."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

MOST_HOPS = 20


def address_of(request: HttpRequest) -> str:
    """Address of the browser, at most 64 characters.

    Behind a proxy (``JUXIAN_BEHIND_PROXY``) it is the last address of ``X-Forwarded-For`` that is none of
    ``JUXIAN_TRUSTED_PROXIES``; a header from anybody else counts for nothing.
    """
    told = str(request.META.get("REMOTE_ADDR", ""))[:64]
    if not settings.SECURE_PROXY_SSL_HEADER or not _trusted(told):
        return told
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-MOST_HOPS:]):
        seen = _address(hop)
        if seen is None:
            return told
        told = str(seen)
        if not _trusted(told):
            return told
    return told


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def _trusted(text: str) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in settings.JUXIAN_TRUSTED_PROXIES)
