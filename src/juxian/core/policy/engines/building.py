"""A kernel's source through the system's compiler, kept by its content (内核编译与缓存).

A kernel is kept as ``<SHA-256>.so`` in a directory that its owner alone may write; the name covers source, compiler, flags
and processor, so that another policy, population or machine gets its own. Where there is no such directory, kernels are made
anew in a temporary one.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from juxian.core.text import Text

COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-fwrapv", "-shared", "-fPIC", "-w")
QUICK = ("-O0",)  # a tenth of a second
OPTIMISED = ("-O1", "-ftree-vectorize")  # one to five seconds, and ten times as fast a kernel
PROCESSOR_FLAGS = {"x86_64": ("-march=native", "-mprefer-vector-width=512"), "aarch64": ("-mcpu=native",)}
SECONDS = 300  # for one kernel


class NoKernel(Exception):
    """Kernels cannot be made on this machine. ``words`` say why, and what answers instead."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


class Kernel:
    """``kernel(from, to, in, out)`` of a library; the call lets other threads run."""

    def __init__(self, path: Path) -> None:
        self._call = ctypes.CDLL(str(path)).kernel
        self._call.argtypes = [ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p]
        self._call.restype = None

    def __call__(self, start: int, end: int, inlets: list[int], outlets: list[int]) -> None:
        """Rows from ``start`` to before ``end``; inlets and outlets are addresses of columns."""
        ins, outs = (ctypes.c_void_p * len(inlets))(*inlets), (ctypes.c_void_p * len(outlets))(*outlets)
        self._call(start, end, ins, outs)


def compiler() -> str | None:
    """Path of the compiler; None where there is none."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


def kernel_of(source: str, *, optimised: bool) -> Kernel:
    """The kernel of a source, made unless it is kept; ``optimised`` where there are many rows. Raises ``NoKernel``."""
    program = compiler()
    if program is None:
        raise NoKernel(
            Text(
                "这台机器没有 C 编译器（cc、gcc、clang）",
                "there is no C compiler (cc, gcc, clang) on this machine",
            )
        )
    return _kernel_of(source, program, OPTIMISED if optimised else QUICK)


@lru_cache(maxsize=64)
def _kernel_of(source: str, program: str, flags: tuple[str, ...]) -> Kernel:
    key = sha256("\0".join((source, program, *FLAGS, *flags, _processor())).encode()).hexdigest()
    path = directory() / f"{key}.so"
    if not path.exists():
        _build(source, program, flags, path)
    return Kernel(path)


def _build(source: str, program: str, flags: tuple[str, ...], path: Path) -> None:
    """Compile beside ``path`` and put it in its place at once, so that no half of a file is ever loaded."""
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        text, made = Path(name) / "kernel.c", Path(name) / "kernel.so"
        text.write_text(source, encoding="ascii")
        for own in dict.fromkeys((PROCESSOR_FLAGS.get(platform.machine(), ()), ())):
            command = [program, *FLAGS, *flags, *own, "-o", str(made), str(text)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _failed(program, str(error)) from error
            if done.returncode == 0:
                made.replace(path)
                return
    raise _failed(program, done.stderr)


def _failed(program: str, told: str) -> NoKernel:
    first = next(iter(told.strip().splitlines()), "")[:200]
    return NoKernel(Text(f"{program} 未能编译：{first}", f"{program} could not compile: {first}"))


@lru_cache(maxsize=1)
def directory() -> Path:
    """Where kernels are kept: ``$XDG_CACHE_HOME/juxian/kernels``."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = base / "juxian" / "kernels"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="juxian-kernels-"))
    return path if is_private(path) else Path(tempfile.mkdtemp(prefix="juxian-kernels-"))


def is_private(path: Path) -> bool:
    """Whether this user alone may write there: what lies there is loaded into the process."""
    found = path.stat()
    return (
        found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        and os.access(path, os.W_OK)
    )


@lru_cache(maxsize=1)
def _processor() -> str:
    """What a kernel for this processor depends on."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8", errors="replace").splitlines() if told.exists() else []
    wanted = ("model name", "flags", "Features", "CPU part")
    return "\n".join(dict.fromkeys(line for line in lines if line.startswith(wanted))) or platform.processor()
