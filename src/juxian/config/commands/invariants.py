"""``juxian invariants``: search the data for what must not be (核查数据)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("invariants", help="search the data for what must not be")
    parser.add_argument(
        "--all", action="store_true", help="costly checks look at everything, not at a sample"
    )
    parser.add_argument("--without-key", action="store_true", help="do not open sealed values")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when everything holds, 1 when something does not."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.config.invariants import Scope, search

    checks: list[dict[str, Any]] = []
    for name, result in search(Scope(every=args.all, with_key=not args.without_key)):
        violations = [{"zh": words.zh, "en": words.en} for words in result.violations]
        checks.append({"name": name, "checked": result.checked, "violations": violations})
        if not args.json:
            print(f"{'✗' if violations else '✓'} {name} {result.checked}", file=sys.stderr, flush=True)
    total = sum(len(check["violations"]) for check in checks)
    if args.json:
        print(json.dumps({"ok": not total, "checks": checks}, ensure_ascii=False))
    else:
        for check in checks:
            for violation in check["violations"]:
                print(f"{check['name']}: {violation[args.lang]}")
        zh, en = f"{len(checks)} 项核查，{total} 处不符。", f"{len(checks)} checks, {total} violations."
        print(zh if args.lang == "zh" else en)
    return 1 if total else 0
