"""Looking through a file in a process of its own, with limits of memory and time (受限核查)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from juxian.core.confinement import TooHeavy, answer_of, confine
from juxian.core.files.kinds import Kind
from juxian.core.files.limits import DEFAULT_LIMITS, FileLimits, too_heavy
from juxian.core.notices.texts import Finding
from juxian.core.text import Text


def scan_confined(data: bytes, kind: Kind, name: str, limits: FileLimits = DEFAULT_LIMITS) -> list[Finding]:
    """As ``scan_file``; a file that cannot be read within the limits raises ``Rejected`` (F109)."""
    job = json.dumps({"kind": kind.value, "limits": asdict(limits)}).encode() + b"\n" + data
    try:
        answer = answer_of(__name__, job, limits.seconds * 2)
    except TooHeavy as error:
        raise too_heavy(name) from error
    return [Finding(Text(**found["place"]), found["kind"], found["masked"]) for found in json.loads(answer)]


def child() -> None:
    """Body of the process: limits first, then one file; findings go to standard output."""
    # deferred: the readers of files load in this process alone, and before the limits
    from juxian.core.notices.scanning import scan_file

    job = json.loads(sys.stdin.buffer.readline())
    limits = FileLimits(**job["limits"])
    confine(limits.memory_bytes, limits.seconds)
    found = scan_file(sys.stdin.buffer.read(), Kind(job["kind"]))
    json.dump([asdict(item) for item in found], sys.stdout)
