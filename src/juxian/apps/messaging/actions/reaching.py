"""Reaching an address that somebody wrote down (外部地址): only https, and never into the site's own networks.

The name is resolved once and the very address that was checked is connected to, so that a name server cannot answer the
check with one address and the connection with another. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReached(Exception):
    """Nothing was sent, or no good answer came. for_good: the receiver wants nothing any more."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


def post_outside(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """POST to a checked address. Raises ``NotReached``."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise NotReached("not https", for_good=True)
    port = parts.port or 443
    connection = _Pinned(parts.hostname, port, _resolved(parts.hostname, port))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8", **headers})
        answer = connection.getresponse()
        answer.read(10_000)
    except (OSError, http.client.HTTPException) as failed:
        raise NotReached(f"{type(failed).__name__}: {failed}"[:200]) from failed
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise NotReached(f"HTTP {answer.status}", for_good=answer.status == 410)


def literal_address(host: str) -> None:
    """A host written in figures has to be allowed; a name is resolved when something is sent. Raises ``NotReached``."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            _check(ipaddress.ip_address("127.0.0.1"))
        return
    _check(address)


def _resolved(host: str, port: int) -> str:
    """One address of the host; every one that it has must be allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failed:
        raise NotReached(f"no address: {failed}"[:200]) from failed
    addresses = [str(item[4][0]) for item in found]
    for text in addresses:
        _check(ipaddress.ip_address(text.partition("%")[0]))
    return addresses[0]


def _check(address: Address) -> None:
    """Public, or of a network that the operator allows. Raises ``NotReached``."""
    inner = _within(address)
    networks = (ipaddress.ip_network(text) for text in settings.JUXIAN_HOOK_NETWORKS)
    if any(inner in network for network in networks if network.version == inner.version):
        return
    if not inner.is_global or inner.is_multicast:
        raise NotReached("private address")


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64), else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class _Pinned(http.client.HTTPSConnection):
    """TLS for the name, to the address that was checked."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context(cafile=settings.JUXIAN_HOOK_CA or None)
        self._address = address
        super().__init__(host, port, timeout=SECONDS, context=self._tls)

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
