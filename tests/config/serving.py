"""The real server in processes of its own, and a clerk who asks it (真实服务进程)."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from juxian.web.kit.once import FIELD, new_key
from tests.config.sites import environment_of, started
from tests.docs.pages import ROOT

PATIENCE_SECONDS = (
    120  # nets for a machine that hangs; an idle one needs a quarter of a minute for everything
)
PERSONS = "/desk/persons/"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def clerk_of(home: Path, *words: str, **more: str) -> str:
    """The key of an open session of a clerk with a second factor, made in a home that ``set_up`` filled."""
    return token_and_clerk(home, *words, **more)[1]


def token_and_clerk(home: Path, *words: str, **more: str) -> tuple[str, str]:
    """A token of the interface, and the key of a clerk's session."""
    module = ("tests.config.killed_site", *words)
    out, err = started(home, *module, PYTHONPATH=str(ROOT), **more).communicate()
    assert out, err
    token, session = out.split()[-2:]
    return token, session


def serve(home: Path, port: int, workers: int = 2, **more: str) -> subprocess.Popen[bytes]:
    """The server, in a group of processes of its own that dies as a whole."""
    server = subprocess.Popen(
        [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port), "--workers", str(workers)],
        env=environment_of(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return server
        except OSError:
            time.sleep(0.05)  # a process starting has no event to wait for
    raise AssertionError("the server does not answer")


def kill(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@contextmanager
def served(home: Path, **more: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """One process that answers, and its port."""
    port = free_port()
    server = serve(home, port, workers=1, **more)
    try:
        yield port, server
    finally:
        kill(server)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Clerk:
    """Somebody with an open session and a browser."""

    port: int
    session: str

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, b"", headers)

    def post(
        self, path: str, fields: Mapping[str, str], file: tuple[str, str, bytes] | None = None
    ) -> Answer:
        """file: (name of the field, name of the file, its bytes)."""
        token = secrets.token_hex(16)
        sent = dict(fields) | {"csrfmiddlewaretoken": token, FIELD: new_key()}
        body, kind = (
            _form(sent, file) if file else (urlencode(sent).encode(), "application/x-www-form-urlencoded")
        )
        return self._ask("POST", path, body, {"Content-Type": kind}, f"; csrftoken={token}")

    def _ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], cookie: str = ""
    ) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, body, {"Cookie": f"sessionid={self.session}{cookie}"} | dict(headers))
            answer = link.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            link.close()


def _form(fields: Mapping[str, str], file: tuple[str, str, bytes]) -> tuple[bytes, str]:
    """A form with a file, as browsers send it."""
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    field, name, data = file
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    parts += [head.encode(), data, f"\r\n--{edge}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={edge}"
