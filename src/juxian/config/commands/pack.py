"""``juxian pack check|cases|load PATH…``: prove packs and install them (地方包)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from juxian.core.source import Problem, Rejected, errors_in

if TYPE_CHECKING:
    from juxian.core.packs import PolicyCases, ServiceCases


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("pack", help="check, try out and install packs")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    for name, run_part, words in (
        ("check", run_check, "all problems of all files, with positions"),
        ("cases", run_cases, "run the cases of the policies and services"),
        ("load", run_load, "install or upgrade in the database"),
    ):
        part = commands.add_parser(name, help=words)
        part.add_argument("paths", nargs="+", metavar="PATH", help="directory of a pack, or its code")
        part.set_defaults(run=run_part)


def run_check(args: argparse.Namespace) -> int:
    """Tell every problem; exit 1 when one is an error."""
    from juxian.core.packs import check_pack  # deferred: other commands do not pay for it

    failed, found = False, []
    for written in args.paths:
        path = directory_of(written)
        pack, problems = check_pack(path)
        failed = failed or pack is None
        found.append(
            {"pack": path.name, "ok": pack is not None, "problems": [p.as_dict(args.lang) for p in problems]}
        )
        if not args.json:
            _tell(problems, args.lang)
            print(_verdict(path.name, problems, args.lang))
    if args.json:
        print(json.dumps({"packs": found}, ensure_ascii=False))
    return 1 if failed else 0


def run_cases(args: argparse.Namespace) -> int:
    """Run every case; exit 1 on any difference or when a pack is broken."""
    from juxian.core.packs import load_pack, run_pack_cases  # deferred: other commands do not pay for it

    policies: list[dict[str, Any]] = []
    services: list[dict[str, Any]] = []
    for written in args.paths:
        path = directory_of(written)
        try:
            pack = load_pack(path)
            found, walked = run_pack_cases(pack), pack.services.run_cases()
        except Rejected as rejected:
            _tell(rejected.problems, args.lang, args.json)
            return 1
        policies += [_cases_row(path.name, "policy", cases.policy.id, cases, args) for cases in found]
        services += [_cases_row(path.name, "service", cases.service.id, cases, args) for cases in walked]
    rows = [*policies, *services]
    total, different = sum(row["cases"] for row in rows), sum(row["different"] for row in rows)
    if args.json:
        print(json.dumps({"policies": policies, "services": services}, ensure_ascii=False))
    else:
        print(
            f"{total} 个用例，{different} 个不符"
            if args.lang == "zh"
            else f"{total} cases, {different} differ"
        )
    return 1 if different else 0


def _cases_row(
    pack: str, kind: str, name: str, found: PolicyCases | ServiceCases, args: argparse.Namespace
) -> dict[str, Any]:
    """One line of the table, followed by each difference at its place."""
    wrong = [result for result in found.results if not result.passed]
    problems = [problem for result in wrong for problem in result.problems]
    if not args.json:
        print(f"{'≠' if wrong else '='} {pack:<18} {name:<42} {len(found.results):>4} {len(wrong):>4}")
        _tell(problems, args.lang)
    return {
        "pack": pack,
        kind: name,
        "cases": len(found.results),
        "different": len(wrong),
        "problems": [problem.as_dict(args.lang) for problem in problems],
    }


def run_load(args: argparse.Namespace) -> int:
    """Install packs; a broken one stops all, so that nothing is half installed."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.packs.actions import install_pack
    from juxian.core.packs import check_pack

    checked = [check_pack(directory_of(written)) for written in args.paths]
    packs = [pack for pack, _ in checked if pack is not None]
    if len(packs) < len(checked):
        _tell(errors_in(problem for _, problems in checked for problem in problems), args.lang, args.json)
        return 1
    for pack in packs:
        install_pack(pack)
        print(
            f"已安装 {pack.title.zh}" if args.lang == "zh" else f"installed {pack.title.in_language('en')}",
            file=sys.stderr,
        )
    if args.json:
        print(json.dumps({"installed": [{"pack": pack.code, "digest": pack.digest} for pack in packs]}))
    return 0


def directory_of(written: str) -> Path:
    """The directory written, else the pack of that code where packs are kept."""
    from juxian.core.packs import find_packs_dir  # deferred: other commands do not pay for it

    path = Path(written)
    if path.is_dir() or "/" in written:
        return path
    return find_packs_dir() / written


def _tell(problems: Sequence[Problem], language: str, apart: bool = False) -> None:
    """Print problems; on standard error with ``apart``, where standard output is for JSON."""
    for problem in problems:
        print(problem.render(language), file=sys.stderr if apart else sys.stdout)


def _verdict(name: str, problems: Sequence[Problem], language: str) -> str:
    errors = len(errors_in(problems))
    reminders = len(problems) - errors
    if language == "zh":
        return f"{name}：{errors} 处错误，{reminders} 处提醒" if problems else f"{name}：没有问题"
    return f"{name}: {errors} errors, {reminders} reminders" if problems else f"{name}: no problem"
