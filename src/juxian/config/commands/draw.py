"""``juxian draw``: recompute a transcript; make and check the slip of a contributor (核验抽取记录、制作承诺凭条)."""

from __future__ import annotations

import argparse
import gc
import json
import secrets
from pathlib import Path
from typing import Any

from juxian.core.allocation.slips import NoSlip, Slip, new_slip, read_slip
from juxian.core.allocation.verifier import verify
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

NONCE_BYTES = 32
OWN_EYES = 0o600


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("draw", help="prove a draw")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    checking = commands.add_parser("verify", help="recompute a transcript of JX-DRAW-1")
    checking.add_argument("file", type=Path, metavar="FILE")
    checking.add_argument("--pool-hash", default="", metavar="HEX", help="as published at the freeze")
    checking.add_argument("--previous", type=Path, metavar="FILE", help="the void attempt before this one")
    checking.set_defaults(run=run)
    _add_slips(commands)


def _add_slips(commands: Any) -> None:
    committing = commands.add_parser(
        "commit", help="make a contribution on your own machine: the slip and its commitment"
    )
    committing.add_argument("--pool-hash", required=True, metavar="HEX", help="as published at the freeze")
    committing.add_argument("--name", required=True, help="your name as the draw lists it")
    committing.add_argument("--value", default="", metavar="TEXT", help="any text; left out: a random one")
    committing.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="keeps the slip; must not exist"
    )
    committing.set_defaults(run=run_commit)
    revealing = commands.add_parser(
        "reveal", help="check a slip before it is revealed, and print what to reveal"
    )
    revealing.add_argument("file", type=Path, metavar="FILE")
    revealing.add_argument("--pool-hash", default="", metavar="HEX", help="as published at the freeze")
    revealing.add_argument("--commitment", default="", metavar="HEX", help="as published for you")
    revealing.set_defaults(run=run_reveal)


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


def run_commit(args: argparse.Namespace) -> int:
    value = args.value or secrets.token_hex(8)
    try:
        slip = new_slip(args.pool_hash, args.name, secrets.token_hex(NONCE_BYTES), value)
    except NoSlip as wrong:
        raise Rejected([Problem("D001", _malformed(str(wrong)), str(args.out))]) from None
    try:
        args.out.touch(mode=OWN_EYES, exist_ok=False)
        args.out.write_text(slip.as_json(), encoding="utf-8")
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        message = Text(
            "文件已存在，不覆盖；换一个文件名" if exists else f"无法写入：{error.strerror}",
            "exists already and is not overwritten; name another file"
            if exists
            else f"cannot be written: {error.strerror}",
        )
        raise Rejected([Problem("D001", message, str(args.out))]) from error
    _show(args, slip, args.out)
    return 0


def run_reveal(args: argparse.Namespace) -> int:
    try:
        slip = read_slip(read(args.file).decode("utf-8"))
    except UnicodeDecodeError:
        raise Rejected([Problem("D001", _malformed("file"), str(args.file))]) from None
    except NoSlip as wrong:
        raise Rejected([Problem("D001", _malformed(str(wrong)), str(args.file))]) from None
    published = {
        "pool_hash": (args.pool_hash, slip.pool_hash),
        "commitment": (args.commitment, slip.commitment),
    }
    for field, (given, own) in published.items():
        if given and given != own:
            message = Text(
                f"{field} 与公布的不符，凭条属于另一次抽签",
                f"{field} is not the published one; the slip is of another draw",
            )
            raise Rejected([Problem("D001", message, str(args.file))])
    _show(args, slip, args.file)
    return 0


def _malformed(field: str) -> Text:
    return Text(
        f"{field} 不符合协议；按公布的哈希、名单上的姓名重新填写",
        f"{field} does not fit the protocol; give hash and name as published",
    )


def _show(args: argparse.Namespace, slip: Slip, file: Path) -> None:
    """Print the parts of a slip."""
    one, zh = slip.reveal, args.lang == "zh"
    parts = {
        "name": one.name,
        "value": one.value,
        "nonce": one.nonce,
        "commitment": slip.commitment,
        "file": str(file),
    }
    if args.json:
        print(json.dumps(parts, ensure_ascii=False))
        return
    words = ("姓名", "内容", "随机数", "承诺", "凭条") if zh else tuple(parts)
    for word, part in zip(words, parts.values(), strict=True):
        print(f"{word}{'：' if zh else ': '}{part}")
    print(
        "现在只公布“承诺”；揭示时才给出内容和随机数。"
        if zh
        else "Publish the commitment alone; show value and nonce at the reveal."
    )


def read(path: Path) -> bytes:
    """The bytes of a file; raises ``Rejected`` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        raise Rejected([Problem("D001", message, str(path))]) from error
