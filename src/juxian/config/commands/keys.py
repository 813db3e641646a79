"""``juxian keys rotate [--check]``: replace the key of encrypted fields (密钥轮换)."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import timedelta
from typing import Any

GRACE = timedelta(minutes=15)  # longer than any request that may still seal with the key it began with


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("keys", help="the key of encrypted fields")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    rotate = commands.add_parser("rotate", help="encrypt everything with a new key; goes on where it ended")
    rotate.add_argument("--check", action="store_true", help="say what an earlier key sealed; change nothing")
    rotate.add_argument(
        "--stopped", action="store_true", help="no server or worker runs: retire the earlier key at once"
    )
    rotate.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when one key seals everything, 1 when an earlier one is still needed or a value does not open."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    return check(args) if args.check else rotate(args)


def check(args: argparse.Namespace) -> int:
    from django.conf import settings

    from juxian.config.rotation import parts

    keys = settings.JUXIAN_KEYS.now()
    left = {part.name: part.stale(keys) for part in parts()}
    earlier = len(keys.earlier)
    if args.json:
        print(json.dumps({"key": keys.ident.hex(), "earlier": earlier, "left": left}))
    else:
        for name, count in left.items():
            print(f"{count:>10,}  {name}")
        print(
            f"当前密钥 {keys.ident.hex()}，尚有 {earlier} 个旧密钥。"
            if args.lang == "zh"
            else f"Key {keys.ident.hex()}, {earlier} earlier."
        )
    return 1 if earlier or sum(left.values()) else 0


def rotate(args: argparse.Namespace) -> int:
    from django.conf import settings

    from juxian.apps.audit.actions import record
    from juxian.apps.clock import now
    from juxian.config.keyring import add_key, drop_earlier, newest_since
    from juxian.config.rotation import NotOpened, parts

    path, zh = settings.JUXIAN_KEYS.path, args.lang == "zh"
    if not settings.JUXIAN_KEYS.now().earlier:
        before = settings.JUXIAN_KEYS.now().ident.hex()
        add_key(path)
        record("keys.added", detail={"key": settings.JUXIAN_KEYS.now().ident.hex(), "before": before})
    keys = settings.JUXIAN_KEYS.now()
    done: dict[str, int] = {}
    for part in parts():
        done[part.name] = 0
        try:
            for count in part.renew(keys):
                done[part.name] += count
                print(f"\r{part.name} {done[part.name]:,}", end="", file=sys.stderr, flush=True)
        except NotOpened as wrong:
            print(f"打不开：{wrong.place}" if zh else f"Does not open: {wrong.place}", file=sys.stderr)
            return 1
        print(f"\r{part.name} {done[part.name]:,}", file=sys.stderr)
    free_at = newest_since(path) + (timedelta() if args.stopped else GRACE)
    left = sum(part.stale(keys) for part in parts())
    retired = not left and now() >= free_at
    if retired:
        names = [key.ident.hex() for key in keys.earlier]
        drop_earlier(path)
        record("keys.retired", detail={"key": keys.ident.hex(), "retired": names, "renewed": done})
    if args.json:
        print(json.dumps({"key": keys.ident.hex(), "renewed": done, "left": left, "retired": retired}))
    elif retired:
        print(
            f"密钥 {keys.ident.hex()} 已取代旧密钥；请另存 {path}。"
            if zh
            else f"Key {keys.ident.hex()} has replaced the earlier one; keep a copy of {path} apart."
        )
    else:
        moment = free_at.astimezone().strftime("%H:%M")
        print(
            f"已全部改用新密钥。{moment} 后再运行一次，旧密钥即退役；此前请另存 {path}。"
            if zh
            else f"The new key is in use. Run this again after {moment} to retire the earlier one; keep a copy of {path} apart."
        )
    return 0 if retired else 1
