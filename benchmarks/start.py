"""Start of the demonstration and weight of first visits (启动与首访).

Prints how long ``juxian demo --size small`` takes from an empty directory and the second time, until a page is served, and
how many bytes a browser receives for the first view of each page: the page, style, scripts and icon, compressed.

    python benchmarks/start.py
"""

from __future__ import annotations

import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

LIMIT_BYTES, LIMIT_SECONDS = 60_000, 20
PAGES = {
    "home": ("", "/"),
    "policy": ("", "/p/jiayuguan/policies/settlement-subsidy/"),
    "screener": ("", "/p/jiayuguan/screener/"),
    "sign-in": ("", "/sign-in/"),
    "dashboard": ("leader.jiayuguan", "/board/"),
    "desk": ("office.jiayuguan", "/desk/"),
    "register": ("office.jiayuguan", "/desk/persons/"),
    "person": ("office.jiayuguan", "/desk/persons/JY00000100/"),
    "figures": ("office.jiayuguan", "/desk/figures/"),
    "imports": ("office.jiayuguan", "/desk/imports/"),
}
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


class Visitor:
    """A browser that only counts: asks for compressed answers, keeps cookies, loads each file once."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.opener.addheaders = [("Accept-Encoding", "gzip"), ("Accept-Language", "zh-CN")]

    def get(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """(bytes received in the body, text of the page)."""
        data = urlencode(form).encode() if form else None
        request = urllib.request.Request(self.address + path, data, {"Referer": self.address + path})
        with self.opener.open(request, timeout=60) as answer:
            body = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
        return len(body), (gzip.decompress(body) if packed else body).decode(errors="replace")

    def sign_in(self, username: str) -> None:
        page = self.get("/sign-in/")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": "juxian-demo-2026"}
        self.get("/sign-in/", form)

    def first_view(self, path: str) -> int:
        size, page = self.get(path)
        return size + sum(self.get(asset)[0] for asset in sorted(set(ASSET.findall(page))))


def start(home: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """The demonstration served, and the seconds until it answered."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "juxian.config.cli", "demo", "--port", str(port), "--home", str(home)]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return server, time.monotonic() - begun
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "the demonstration ended"
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def stop(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, 15)
    server.wait(timeout=30)


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        server, first = start(Path(directory), port)
        stop(server)
        server, second = start(Path(directory), port)
        try:
            print(f"{'start':<28}{'seconds':>10}{'budget':>10}")
            print(f"{'empty directory':<28}{first:>10.1f}{LIMIT_SECONDS:>10}")
            print(f"{'second time':<28}{second:>10.1f}{LIMIT_SECONDS:>10}")
            print(f"\n{'first view, compressed':<28}{'bytes':>10}{'budget':>10}")
            for name, (user, path) in PAGES.items():
                visitor = Visitor(f"http://127.0.0.1:{port}")
                if user:
                    visitor.sign_in(user)
                print(f"{name:<28}{visitor.first_view(path):>10,}{LIMIT_BYTES:>10,}")
        finally:
            stop(server)


if __name__ == "__main__":
    main()
