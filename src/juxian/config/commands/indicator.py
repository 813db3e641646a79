"""``juxian indicator reported``: published figures beside computed ones (公布数与计算数)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

MARKS = {True: "=", False: "≠", None: "…"}


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("indicator", help="figures computed from the register")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    reported = commands.add_parser("reported", help="published figures beside computed ones")
    reported.add_argument("--pack", required=True, metavar="CODE")
    reported.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.assessment.queries import FigureResult, reported_figures
    from juxian.apps.packs.queries import installed

    packs = {pack.code: pack for pack in installed()}
    if args.pack not in packs:
        known = "、".join(packs) or "—"
        print(f"没有安装地方包“{args.pack}”；已安装：{known}", file=sys.stderr)
        return 2

    def row(result: FigureResult) -> dict[str, Any]:
        figure = result.figure
        found = {
            "id": figure.id,
            "title": figure.title.in_language(args.lang),
            "unit": figure.unit,
            "as_of": figure.as_of.isoformat(),
            "reported": figure.value,
            "relation": figure.relation,
            "computed": result.computed,
            "holds": result.holds,
            "source": figure.source,
        }
        return found | ({"pending": figure.pending} if figure.pending else {"indicator": figure.indicator})

    rows = [row(result) for result in reported_figures(packs[args.pack])]
    if args.json:
        print(json.dumps({"pack": args.pack, "figures": rows}, ensure_ascii=False))
    else:
        for found in rows:
            computed = found["computed"] if found["computed"] is not None else f"({found['pending']})"
            print(
                f"{MARKS[found['holds']]} {found['id']:<28} {found['reported']:>12,} {found['relation']:<10} {computed!s:>14}  {found['title']}"
            )
    return 1 if any(found["holds"] is False for found in rows) else 0
