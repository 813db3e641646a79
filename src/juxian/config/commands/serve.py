"""``juxian serve``: answer requests (启动服务)."""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

Subparsers = Any  # argparse keeps the type of add_subparsers() private
TIMEOUT_SECONDS = 60
HEADER_MILLISECONDS = 10_000  # a body has no limit here: the proxy takes it whole first


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("serve", help="answer requests over HTTP")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=0, help="processes (default: one per core, at most 8)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    serve(args.address, args.port, args.workers)
    return 0


def serve(address: str, port: int, workers: int = 0) -> None:
    """Serve until interrupted: one blocking thread in each process, stuck workers are replaced."""
    _share_counts()
    from granian import Granian  # deferred: only this command needs the server
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    Granian(
        "juxian.config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or min(os.cpu_count() or 1, 8),
        blocking_threads=1,
        workers_kill_timeout=TIMEOUT_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        log_access=False,
    ).serve()


def _share_counts() -> None:
    """Counts of all server processes lie in one directory, begun anew at each start."""
    folder = Path(tempfile.mkdtemp(prefix="juxian-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
