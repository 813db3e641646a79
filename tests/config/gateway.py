"""A way to a server that can be cut and mended (可断开的连接), so that a database is really gone for those who use it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Gateway:
    """Passes on to ``target`` what comes in at ``port``; while cut, whoever is connected is thrown out and others are refused."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._links: list[socket.socket] = []
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self.port))
        door.listen()
        self.port, self._door = door.getsockname()[1], door
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()

    def cut(self) -> None:
        if self._door is not None:
            self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None
        with self._lock:
            for link in self._links:
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
                link.close()
            self._links.clear()

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                near, _address = door.accept()
            except OSError:  # cut
                return
            far = socket.create_connection(self._target)
            with self._lock:
                self._links += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
