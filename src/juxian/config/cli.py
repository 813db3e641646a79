"""The command line (命令行): ``juxian COMMAND …``, the same names for people, cron and tests.

Exit status: 0 done, 1 the input or the data is wrong (said how), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from juxian.core.source import Rejected

OBJECTS_BETWEEN_COLLECTIONS = 50_000  # the packs alone are some hundred thousand
COMMANDS = (
    "demo",
    "serve",
    "upgrade",
    "worker",
    "backup",
    "restore",
    "invariants",
    "pack",
    "policy",
    "case",
    "card",
    "roster",
    "person",
    "indicator",
    "audit",
    "admin",
    "sbom",
    "keys",
    "ledger",
    "draw",
    "privacy",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. What it writes (databases, keys, exports) only its own account may read."""
    os.umask(0o077)
    common, rest = common_parser().parse_known_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
    if common.home:
        os.environ["JUXIAN_HOME"] = common.home
    wanted = [word for word in rest[:1] if word in COMMANDS]
    args = build_parser(wanted or COMMANDS).parse_args(rest)
    args.json = common.json
    args.lang = common.lang or os.environ.get("JUXIAN_LANGUAGE", "zh")
    try:
        status: int = args.run(args)
    except Rejected as rejected:
        for problem in rejected.problems:
            print(problem.render(args.lang), file=sys.stderr)
        return 1
    return status


def common_parser() -> argparse.ArgumentParser:
    """Options that may stand anywhere on the line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--home", default="", metavar="DIR", help="where data lies (default ./var)")
    parser.add_argument("--lang", choices=("zh", "en"), default="", help="language of messages (default zh)")
    return parser


def build_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of the named commands; each module adds its own part with ``add(subparsers)``.

    Only the command that is asked for is imported, so that it starts without the libraries of the others.
    """
    parser = argparse.ArgumentParser(
        prog="juxian",
        description="聚贤 Juxian: talent work, one register, one door.",
        parents=[common_parser()],
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in names:
        module = importlib.import_module(f"juxian.config.commands.{name}")
        module.add(subparsers)
    return parser


def setup_django() -> None:
    """Start Django for the commands that need the database; pure commands never pay for it.

    What is set up here lives as long as the process: it is not looked through for garbage, neither now nor at the end,
    which was two fifths of the time of a short command.
    """
    import django  # deferred: `pack check` and `policy explain` run without it

    gc.disable()
    try:
        django.setup()
        gc.freeze()
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
