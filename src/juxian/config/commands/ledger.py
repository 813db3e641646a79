"""``juxian ledger verify``: recompute the whole ledger (核验账目)."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("ledger", help="prove the ledger")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    commands.add_parser("verify", help="recompute every entry and balance").set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when everything fits; 1 with the first difference named."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.funds.queries.proof import verify
    from juxian.config.invariants.search import one_moment

    with one_moment():
        found = verify()
    wrong = found.difference
    if args.json:
        difference = wrong and {"place": wrong.place, "message": wrong.message.in_language(args.lang)}
        print(
            json.dumps(
                {"entries": found.entries, "accounts": found.accounts, "difference": difference},
                ensure_ascii=False,
            )
        )
    elif wrong is None:
        zh = f"{found.entries} 条分录、{found.accounts} 个账户，全部相符。"
        print(zh if args.lang == "zh" else f"{found.entries} entries, {found.accounts} accounts, all fit.")
    else:
        print(f"{wrong.place}: {wrong.message.in_language(args.lang)}")
    return 0 if wrong is None else 1
