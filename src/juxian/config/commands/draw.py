"""``juxian draw verify FILE``: recompute the transcript of a draw (核验抽取记录)."""

from __future__ import annotations

import argparse
import gc
import json
from pathlib import Path
from typing import Any

from juxian.core.allocation.verifier import verify
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("draw", help="prove a draw")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    checking = commands.add_parser("verify", help="recompute a transcript of JX-DRAW-1")
    checking.add_argument("file", type=Path, metavar="FILE")
    checking.add_argument("--pool-hash", default="", metavar="HEX", help="as published at the freeze")
    checking.add_argument("--previous", type=Path, metavar="FILE", help="the void attempt before this one")
    checking.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    gc.disable()  # a transcript of a million entries is a million small lists
    try:
        found = verify(read(args.file), args.pool_hash, read(args.previous) if args.previous else b"")
    finally:
        gc.enable()
    if args.json:
        field, zh, en = found or (None, "", "")
        print(
            json.dumps({"file": str(args.file), "field": field, "message": en if args.lang == "en" else zh})
        )
    elif found is None:
        print("抽取记录全部相符。" if args.lang == "zh" else "The transcript fits in every part.")
    else:
        field, zh, en = found
        print(f"{args.file}: {field}: {zh if args.lang == 'zh' else en}")
    return 0 if found is None else 1


def read(path: Path) -> bytes:
    """The bytes of a file; raises ``Rejected`` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        raise Rejected([Problem("D001", message, str(path))]) from error
