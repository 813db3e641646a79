"""``juxian audit verify``: recompute the chain of the audit log (核验审计日志)."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("audit", help="prove the audit log")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    commands.add_parser("verify", help="recompute every entry").set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.audit.queries import verify

    found = verify()
    if args.json:
        print(json.dumps({"entries": found.entries, "broken": found.broken}))
    elif found.broken is None:
        print(
            f"{found.entries} 条审计记录，全部相符。"
            if args.lang == "zh"
            else f"{found.entries} entries, all fit."
        )
    else:
        print(
            f"第 {found.broken} 条审计记录不符。"
            if args.lang == "zh"
            else f"Entry {found.broken} does not fit."
        )
    return 0 if found.broken is None else 1
