"""Reading a file in a process of its own, with limits of memory and time (受限读取).

What a hostile file can cost is bounded whatever the reader does with it: the process ends, the caller goes on.
"""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys

from juxian.core.source import Rejected
from juxian.core.tables.limits import MEGABYTE, Limits, refusal
from juxian.core.tables.reader import DEFAULT_LIMITS, read_workbook
from juxian.core.tables.workbook import Workbook
from juxian.core.text import Text

_BASE_BYTES = 200 * MEGABYTE
_BYTES_PER_BYTE = 60  # of an xlsx, which unpacks to about ten times its size and is then held twice
_COMMAND = (sys.executable, "-I", "-c", "from juxian.core.tables.confined import _child; _child()")


def read_confined(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """As ``read_workbook``; also raises ``Rejected`` (T109) when reading takes too long or too much memory."""
    job = pickle.dumps((data, name, limits))
    try:
        done = subprocess.run(_COMMAND, input=job, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise _too_heavy(name) from error
    if done.returncode != 0 or not done.stdout:
        raise _too_heavy(name)
    result = pickle.loads(done.stdout)  # written by our own child process
    if isinstance(result, Workbook):
        return result
    raise Rejected(result)


def _too_heavy(name: str) -> Rejected:
    return refusal(
        "T109",
        name,
        Text(
            "读取这个文件需要的时间或内存超过上限",
            "reading this file takes more time or memory than is allowed",
        ),
        Text(
            "删去无关的工作表和空白格式，或拆成几个文件",
            "remove other sheets and empty formatting, or split the file",
        ),
    )


def _child() -> None:
    """Body of the process: limits first, then one file from standard input to standard output."""
    data, name, limits = pickle.load(sys.stdin.buffer)
    allowed = min(limits.memory_bytes, _BASE_BYTES + _BYTES_PER_BYTE * len(data))
    resource.setrlimit(resource.RLIMIT_AS, (allowed + _address_space(), allowed + _address_space()))
    seconds = max(1, int(limits.seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        result: object = read_workbook(data, name, limits)
    except Rejected as refused:
        result = list(refused.problems)
    except MemoryError:
        sys.exit(1)
    sys.stdout.buffer.write(pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))


def _address_space() -> int:
    """Bytes of address space that this process already uses."""
    with open("/proc/self/statm", encoding="ascii") as status:
        return int(status.read().split()[0]) * resource.getpagesize()
