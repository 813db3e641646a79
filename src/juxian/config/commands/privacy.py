"""``juxian privacy``: the register of purposes, and the retention job by hand (处理目的、留存期清理)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("privacy", help="purposes of processing; how long data is kept")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    purposes = commands.add_parser("purposes", help="print the register of purposes of a place")
    purposes.add_argument("pack", metavar="CODE")
    purposes.set_defaults(run=run_purposes)
    retain = commands.add_parser("retain", help="delete what is kept no longer; runs every night by itself")
    retain.add_argument("--dry-run", action="store_true", help="report and change nothing")
    retain.set_defaults(run=run_retain)


def run_purposes(args: argparse.Namespace) -> int:
    """Exit 0, or 2 for a place that does not exist."""
    from juxian.core.packs import pack_called  # deferred: the command line starts without the packs

    try:
        pack = pack_called(args.pack)
    except KeyError:
        print(f"没有地方包“{args.pack}” · no such place: {args.pack}", file=sys.stderr)
        return 2
    if args.json:
        rows = [
            {"purpose": item.id, "title": item.title.in_language(args.lang), "basis": item.basis, "kinds": item.kinds,
             "months": item.months, "kept_by_law": item.kept_by_law}
            for item in pack.purposes.values()
        ]  # fmt: skip
        print(json.dumps({"purposes": rows}, ensure_ascii=False))
        return 0
    for item in pack.purposes.values():
        kept = "–" if item.months is None else str(item.months)
        print(
            f"{item.id}  {item.title.in_language(args.lang)}  {item.basis}  {kept}  {', '.join(item.kinds)}"
        )
    return 0


def run_retain(args: argparse.Namespace) -> int:
    """Exit 0 when done, also when nothing was due."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.clock import today
    from juxian.apps.packs.models import InstalledPack
    from juxian.apps.privacy.actions import retain

    rows = []
    for place in InstalledPack.objects.select_related("root").order_by("code"):
        run = retain(home=place.root, day=today(), dry_run=args.dry_run)
        rows.append({"pack": place.code, "erased": run.erased, "report": run.report})
    if args.json:
        print(json.dumps({"dry_run": args.dry_run, "places": rows}, ensure_ascii=False))
        return 0
    for row in rows:
        zh, en = f"{row['pack']}：{row['erased']} 条到期", f"{row['pack']}: {row['erased']} facts due"
        print(zh if args.lang == "zh" else en)
        for kind, found in row["report"].items():
            print(f"  {kind}  {found}")
    return 0
