"""Looking through a file in a process of its own, with limits of memory and time (受限核查)."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from juxian.core.files.kinds import Kind
from juxian.core.files.limits import DEFAULT_LIMITS, FileLimits, too_heavy
from juxian.core.notices.scanning import Finding, scan_file
from juxian.core.text import Text

_COMMAND = (sys.executable, "-I", "-c", "from juxian.core.notices.confined import child; child()")


def scan_confined(data: bytes, kind: Kind, name: str, limits: FileLimits = DEFAULT_LIMITS) -> list[Finding]:
    """As ``scan_file``; a file that cannot be read within the limits raises ``Rejected`` (F109)."""
    job = json.dumps({"kind": kind.value, "limits": asdict(limits)}).encode() + b"\n" + data
    try:
        done = subprocess.run(
            _COMMAND, input=job, capture_output=True, timeout=limits.seconds * 2, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy(name) from error
    if done.returncode != 0 or not done.stdout:
        raise too_heavy(name)
    return [
        Finding(Text(**found["place"]), found["kind"], found["masked"]) for found in json.loads(done.stdout)
    ]


def child() -> None:
    """Body of the process: limits first, then one file; findings go to standard output."""
    job = json.loads(sys.stdin.buffer.readline())
    limits = FileLimits(**job["limits"])
    own = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (max(1, int(limits.seconds)),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = scan_file(sys.stdin.buffer.read(), Kind(job["kind"]))
    json.dump([asdict(item) for item in found], sys.stdout)
