"""``juxian card key|keys|remind|check``: signing keys, reminders, and the check of one code (人才服务卡)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("card", help="talent cards: signing keys, reminders, check of a code")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    commands.add_parser("key", help="make a key; the one before is retired and goes on proving").set_defaults(
        run=key
    )
    commands.add_parser("keys", help="public keys, newest first").set_defaults(run=keys)
    commands.add_parser("remind", help="tell holders whose card ends soon").set_defaults(run=remind)
    check = commands.add_parser("check", help="what a code says and whether the card holds today")
    check.add_argument("code")
    check.set_defaults(run=run_check)


def key(args: argparse.Namespace) -> int:
    _start()
    from juxian.apps.cards.actions import make_key
    from juxian.apps.cards.actions.keys import key_file

    made = make_key()
    place = str(key_file(made.kid))
    words = (
        f"已启用密钥 {made.kid}：{place}"
        if args.lang == "zh"
        else f"Key {made.kid} signs from now on: {place}"
    )
    print(json.dumps({"kid": made.kid, "file": place}) if args.json else words)
    return 0


def keys(args: argparse.Namespace) -> int:
    """Exit 1 when there is none."""
    _start()
    from juxian.apps.cards.queries import public_keys

    found = [
        {
            "kid": one.kid,
            "x": one.public,
            "since": one.made_on.isoformat(),
            "until": one.retired_on.isoformat() if one.retired_on else None,
        }
        for one in public_keys()
    ]
    if args.json:
        print(json.dumps({"keys": found}))
    for one in [] if args.json else found:
        print(f"{one['kid']}  {one['x']}  {one['since']} – {one['until'] or ''}")
    if not found:
        print("还没有密钥。" if args.lang == "zh" else "There is no key yet.", file=sys.stderr)
    return 0 if found else 1


def remind(args: argparse.Namespace) -> int:
    _start()
    from juxian.apps.cards.actions import remind
    from juxian.apps.clock import today

    told = remind(day=today())
    words = f"新提醒 {told} 条。" if args.lang == "zh" else f"{told} new reminders."
    print(json.dumps({"reminded": told}) if args.json else words)
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Exit 0 for a card that holds today, else 1."""
    _start()
    from juxian.apps.cards.queries import checked
    from juxian.apps.clock import today

    found = checked(args.code, today())
    if args.json:
        print(json.dumps({"standing": found.word, "number": found.number}))
    else:
        print(f"{found.title} {found.number}".strip())
    return 0 if found.valid else 1


def _start() -> None:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
