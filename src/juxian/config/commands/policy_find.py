"""``juxian policy find``: who has become entitled since the last run, and what falls due without application (政策找人)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from juxian.config.commands.given import day
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text


def add_to(commands: Any) -> None:
    """Add ``find`` to the sub-commands of ``juxian policy``."""
    part = commands.add_parser("find", help="who has become entitled since the last run of a place")
    part.add_argument("--pack", required=True, help="code of an installed pack")
    part.add_argument("--as-of", type=day, metavar="DAY", help="day of asking (default: today)")
    part.add_argument(
        "--announce-first",
        action="store_true",
        help="tell everybody even when this is the first run of the place",
    )
    part.set_defaults(run=run_find)


def run_find(args: argparse.Namespace) -> int:
    """An interrupted run goes on where it stopped."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.clock import today
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.packs.queries import pack_on
    from juxian.apps.policies.actions import find_entitled, grant_due

    as_of = args.as_of or today()
    try:
        pack = pack_on(args.pack, as_of)
    except KeyError as error:
        raise Rejected([_no_pack(args.pack)]) from error
    root = Organisation.objects.filter(code=pack.root).first()
    if root is None:
        raise Rejected([_no_pack(args.pack)])
    run = find_entitled(pack=pack, as_of=as_of, announce_first=args.announce_first)
    granted, stopped = grant_due(as_of, root.pk)
    result = {
        "pack": pack.code,
        "as_of": as_of.isoformat(),
        "run": run.pk,
        "since": run.since.isoformat() if run.since else None,
        "changed": run.changed,
        **{name: getattr(run, name) for name in ("asked", "found", "altered", "ended")},
        "granted": granted,
        "stopped": stopped,
    }
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
        return 0
    words = Text(
        f"截至 {as_of}：重算 {run.asked} 人次，新符合 {run.found} 项，金额变化 {run.altered} 项，不再符合 {run.ended} 项；"
        f"免申即享核定 {granted} 项，未能核定 {stopped} 项",
        f"as of {as_of}: {run.asked} asked again, {run.found} newly entitled, {run.altered} amounts changed, {run.ended} ended; "
        f"{granted} granted without application, {stopped} could not be",
    )
    print(words.in_language(args.lang))
    if run.since is None and not args.announce_first:
        told = Text(
            "这是本地第一次查找，只记下现状，没有告知任何人。",
            "This was the first run of the place: it kept how things stand and told nobody.",
        )
        print(told.in_language(args.lang), file=sys.stderr)
    return 0


def _no_pack(code: str) -> Problem:
    return Problem("P507", Text(f"没有安装地方包“{code}”", f"the pack {code} is not installed"))
