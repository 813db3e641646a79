"""A process of its own with limits of memory and time, for work on bytes that may be hostile (受限进程).

What a hostile file can cost is bounded, whatever a reader does with it: the process ends, the caller goes on. Only the
bytes it prints come back.
"""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
import traceback
from pathlib import Path

_SPENT = 3  # exit status of a process that began its work and did not end it


class TooHeavy(Exception):
    """The work took more time or memory than is allowed, or brought the process down."""


def answer_of(module: str, job: bytes, seconds: float) -> bytes:
    """What ``child()`` of a module prints when it is given ``job`` on standard input.

    seconds: of wall time. Raises ``TooHeavy``; ``RuntimeError`` when the process could not begin, which is a fault of
    the installation and not of the file.
    """
    command = (sys.executable, "-I", "-c", f"from {__name__} import serve; serve({module!r})")
    try:
        done = subprocess.run(command, input=job, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise TooHeavy from error
    if done.returncode == 1:
        raise RuntimeError(f"{module} did not start: {done.stderr.decode(errors='replace')[-2000:]}")
    if done.returncode != 0 or not done.stdout:
        raise TooHeavy
    return done.stdout


def serve(module: str) -> None:
    """Body of the process."""
    child = importlib.import_module(module).child
    try:
        child()
    except Exception:  # noqa: BLE001 (whatever a reader raises, the parent is told by status)
        traceback.print_exc()
        sys.exit(_SPENT)


def confine(memory_bytes: int, seconds: float) -> None:
    """Limit this process to so much more memory than it uses now, and so many seconds of CPU."""
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (max(1, int(seconds)),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
