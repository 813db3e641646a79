"""``juxian privacy``: the register of purposes, and the retention job by hand (处理目的、留存期清理)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
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
    again = commands.add_parser(
        "again", help="after an older backup was restored: repeat the deletions of a list"
    )
    again.add_argument("list", type=Path, metavar="FILE", help="erased.list of the directory of audit heads")
    again.add_argument("--dry-run", action="store_true", help="report and change nothing")
    again.set_defaults(run=run_again)


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


def run_again(args: argparse.Namespace) -> int:
    """Exit 0 when done, also when nothing was forgotten; 1 for a file that is no list of deletions."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.privacy.actions import erase_again
    from juxian.apps.privacy.actions.repeating import read_erased

    try:
        erased = read_erased(args.list)
    except (OSError, ValueError) as error:
        print(f"不是删除清单 · no list of deletions: {args.list}: {error}", file=sys.stderr)
        return 1
    told = erase_again(erased=erased, dry_run=args.dry_run)
    if args.json:
        people = [{"number": number, **outcome} for number, outcome in told]
        print(
            json.dumps({"dry_run": args.dry_run, "listed": len(erased), "people": people}, ensure_ascii=False)
        )
        return 0
    zh = f"清单 {len(erased)} 条，恢复的数据中有 {len(told)} 人须重做删除"
    en = f"{len(erased)} deletions listed, {len(told)} of them forgotten by this database"
    print(zh if args.lang == "zh" else en)
    for number, outcome in told:
        print(f"  {number}  {outcome}")
    return 0
