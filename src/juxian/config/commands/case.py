"""``juxian case``: running cases as a whole: what is due now, new days, a new version of their service (办件)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("case", help="running cases: what is due, new days, a new version")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    commands.add_parser("due", help="let every deadline that has passed act").set_defaults(run=due)
    commands.add_parser("redate", help="date every running deadline by the calendar of now").set_defaults(
        run=redate
    )
    moving = commands.add_parser(
        "move", help="move running cases to the version of a service that the pack holds"
    )
    moving.add_argument("--pack", required=True, metavar="P")
    moving.add_argument("--service", required=True, metavar="ID")
    moving.add_argument("--apply", action="store_true", help="do it; without, only say what would happen")
    moving.set_defaults(run=move)


def due(args: argparse.Namespace) -> int:
    _start()
    from juxian.apps.services.actions import sweep_timers

    told = sweep_timers()
    print(json.dumps({"done": told}) if args.json else told)
    return 0


def redate(args: argparse.Namespace) -> int:
    _start()
    from juxian.apps.services.actions import redate_cases

    cases = redate_cases()
    words = f"{cases} 件重算了到期日。" if args.lang == "zh" else f"{cases} cases re-dated."
    print(json.dumps({"cases": cases}) if args.json else words)
    return 0


def move(args: argparse.Namespace) -> int:
    """Exit 1 when a case cannot move, with every obstacle named."""
    _start()
    from juxian.apps.packs.models import InstalledPack
    from juxian.apps.services.actions import move_to_current

    installed = InstalledPack.objects.select_related("root").filter(code=args.pack).first()
    try:
        found = (
            move_to_current(home=installed.root, service=args.service, dry_run=not args.apply)
            if installed
            else None
        )
    except KeyError:
        found = None
    if found is None:
        zh, en = (
            f"没有安装地方包 {args.pack}，或它不提供事项 {args.service}。",
            f"{args.pack} is not installed or does not offer {args.service}.",
        )
        print(zh if args.lang == "zh" else en, file=sys.stderr)
        return 1
    kept = {number: [text.in_language(args.lang) for text in texts] for number, texts in found.kept.items()}
    if args.json:
        print(
            json.dumps({"applied": args.apply, "moved": list(found.moved), "kept": kept}, ensure_ascii=False)
        )
    else:
        for number, reasons in kept.items():
            print(f"{number}: {', '.join(reasons)}")
        zh = f"{len(found.moved)} 件{'已换用' if args.apply else '可以换用'}新版，{len(kept)} 件不能。"
        en = f"{len(found.moved)} cases {'moved' if args.apply else 'can move'}, {len(kept)} cannot."
        print(zh if args.lang == "zh" else en)
    return 1 if kept else 0


def _start() -> None:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
