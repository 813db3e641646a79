"""``juxian roster check|import``: a dry run without a database, and the real thing (名册核对与导入)."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from juxian.config.commands.given import day
from juxian.core.source import Rejected
from juxian.core.tables.mapping import NUMBER
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.roster import Reading, Roster, read_roster
from juxian.core.tables.rows import CellProblem

SHOWN_PROBLEMS = 200  # of one file on a terminal; --json gives all


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("roster", help="read rosters (xlsx, xls, csv)")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    check = commands.add_parser("check", help="dry run: what each column means, every problem at its cell")
    check.add_argument("files", nargs="+", metavar="FILE", type=Path)
    check.add_argument("--pack", required=True, metavar="CODE", help="whose words and organisations to use")
    check.add_argument("--employer", default="", metavar="CODE", help="who sends the roster")
    check.add_argument("--as-of", type=day, metavar="DAY", help="day the roster speaks of (today)")
    check.set_defaults(run=run_check)
    imports = commands.add_parser("import", help="hand in; with --accept also record what has no doubt")
    imports.add_argument("files", nargs="+", metavar="FILE", type=Path)
    imports.add_argument(
        "--employer", required=True, metavar="CODE", help="the organisation that sends the roster"
    )
    imports.add_argument("--as-of", type=day, metavar="DAY", help="day the roster speaks of (today)")
    imports.add_argument("--accept", action="store_true", help="record the rows without doubts at once")
    imports.set_defaults(run=run_import)


def run_check(args: argparse.Namespace) -> int:
    """Exit 0 when every row could go in, 1 when something is wrong, 2 for an unknown pack or file."""
    from juxian.core.packs import load_all

    packs = load_all()
    if args.pack not in packs:
        return _wrong_usage(
            args,
            f"没有地方包“{args.pack}”；可用：{'、'.join(packs)}",
            f"there is no pack “{args.pack}”; there are: {', '.join(packs)}",
        )
    pack = packs[args.pack]
    entries = {entry.code: entry for entry in pack.organisations}
    if args.employer and args.employer not in entries:
        return _wrong_usage(
            args,
            f"地方包“{args.pack}”没有机构“{args.employer}”",
            f"the pack “{args.pack}” has no organisation “{args.employer}”",
        )
    reading = Reading(
        pack.schema,
        Organisations.of((entry.code, entry.name.zh, entry.aliases) for entry in pack.organisations),
        args.as_of or _today(),
        args.employer if args.employer and entries[args.employer].employer_kind else "",
    )
    found = [_checked(path, reading, args.lang) for path in args.files]
    if args.json:
        print(json.dumps({"pack": args.pack, "files": found}, ensure_ascii=False))
    else:
        for item in found:
            _show(item, args.lang)
    return (
        0
        if all(item["counts"] and item["counts"]["rows"] == item["counts"]["accepted"] for item in found)
        else 1
    )


def run_import(args: argparse.Namespace) -> int:
    """Exit 0 when every file was read, 1 when one was refused or handed in before, 2 for an unknown employer."""
    from juxian.config.cli import setup_django  # deferred: `roster check` runs without a database

    setup_django()
    from juxian.apps.imports.actions import AlreadyHandedIn, TooLarge, accept_batch, stage_file
    from juxian.apps.organisations.models import Organisation

    organisation = Organisation.objects.filter(code=args.employer).first()
    if organisation is None:
        return _wrong_usage(args, f"没有机构“{args.employer}”", f"there is no organisation “{args.employer}”")
    results = []
    for path in args.files:
        try:
            batch = stage_file(
                data=path.read_bytes(),
                file_name=path.name,
                organisation=organisation,
                as_of=args.as_of or _today(),
                by=None,
                at_once=True,
            )
        except OSError as error:
            results.append({"file": path.name, "refused": _not_opened(error, args.lang)})
            continue
        except (Rejected, AlreadyHandedIn, TooLarge) as refused:
            results.append({"file": path.name, "refused": _words(refused, args.lang)})
            continue
        if args.accept:
            accept_batch(batch=batch, by=None)
        results.append(
            {
                "file": path.name,
                "batch": batch.pk,
                "state": batch.state,
                "rows": batch.rows_total,
                "accepted": batch.rows_accepted,
                "waiting": batch.rows_waiting,
                "refused_rows": batch.rows_refused,
                "recorded": batch.rows_done,
            }
        )
    if args.json:
        print(json.dumps({"employer": args.employer, "files": results}, ensure_ascii=False))
    else:
        for item in results:
            print(_line(item, args.lang))
    return 1 if any("refused" in item for item in results) else 0


def _today() -> date:
    from juxian.apps.clock import today  # deferred: reads the settings

    return today()


def _wrong_usage(args: argparse.Namespace, zh: str, en: str) -> int:
    print(zh if args.lang == "zh" else en, file=sys.stderr)
    return 2


def _not_opened(error: OSError, language: str) -> str:
    return f"无法打开：{error.strerror}" if language == "zh" else f"cannot be opened: {error.strerror}"


def _words(refused: Exception, language: str) -> str:
    if isinstance(refused, Rejected):
        return "\n".join(problem.render(language) for problem in refused.problems)
    return str(refused)


def _line(item: dict[str, Any], language: str) -> str:
    if "refused" in item:
        words = "：未收。" if language == "zh" else ": not taken. "
        return f"{item['file']}{words}{item['refused']}"
    if language == "en":
        return (
            f"{item['file']}: batch {item['batch']}, {item['rows']} rows, {item['accepted']} can go in, "
            f"{item['waiting']} to be decided, {item['refused_rows']} refused, {item['recorded']} recorded"
        )
    return (
        f"{item['file']}：批次 {item['batch']}，共 {item['rows']} 行，可入库 {item['accepted']}，"
        f"待决定 {item['waiting']}，不收 {item['refused_rows']}，已入库 {item['recorded']}"
    )


# the dry run


def _checked(path: Path, reading: Reading, language: str) -> dict[str, Any]:
    try:
        roster = read_roster(path.read_bytes(), path.name, reading)
    except OSError as error:
        return {"file": path.name, "counts": None, "refused": [_not_opened(error, language)]}
    except Rejected as refused:
        return {"file": path.name, "counts": None, "refused": [_words(refused, language)]}
    return {
        "file": path.name,
        "counts": roster.counts(),
        "notes": [note.in_language(language) for note in roster.notes],
        "tables": [_table(roster, index, language) for index in range(len(roster.tables))],
    }


def _table(roster: Roster, index: int, language: str) -> dict[str, Any]:
    table = roster.tables[index]
    numbers = {column.index for column in table.columns if column.target == NUMBER}
    return {
        "sheet": table.sheet,
        "rows": len(table.rows),
        "columns": [
            {
                "index": column.index,
                "header": column.header,
                "target": column.target,
                "part": column.part,
                "how": column.how.value,
                "confidence": column.confidence,
            }
            for column in table.columns
        ],
        "skipped": [{"row": row, "role": role.value, "text": text} for row, role, text in table.skipped],
        "problems": [_problem(item, numbers, language) for row in table.rows for item in row.problems],
        "states": [{"row": row.number, "state": row.state, "reason": row.reason} for row in table.rows],
    }


def _problem(problem: CellProblem, numbers: set[int], language: str) -> dict[str, Any]:
    """Document numbers are not repeated in what may end in a log."""
    raw = "*" * len(problem.raw) if problem.column in numbers else problem.raw
    return {
        "row": problem.row,
        "column": problem.column,
        "place": problem.place,
        "header": problem.header,
        "raw": raw,
        "severity": problem.severity,
        "reason": problem.reason,
        "message": problem.message.in_language(language),
        "hint": problem.hint.in_language(language) if problem.hint else "",
    }


def _show(item: dict[str, Any], language: str) -> None:
    zh = language == "zh"
    opening, closing = "（）" if zh else (" (", ")")
    if not item["counts"]:
        print(f"{item['file']}：未收" if zh else f"{item['file']}: not taken")
        for words in item["refused"]:
            print(f"  {words}")
        return
    counts = item["counts"]
    print(
        f"{item['file']}：{counts['rows']} 行，可入库 {counts['accepted']}，待决定 {counts['waiting']}，不收 {counts['refused']}"
        if zh
        else f"{item['file']}: {counts['rows']} rows, {counts['accepted']} can go in, "
        f"{counts['waiting']} to be decided, {counts['refused']} refused"
    )
    for note in item["notes"]:
        print(f"  {note}")
    for table in item["tables"]:
        for column in table["columns"]:
            if column["header"]:
                target = column["target"] or ("不导入" if zh else "not taken")
                print(f"  {column['header']} → {target}{opening}{column['confidence']}%{closing}")
        for problem in table["problems"][:SHOWN_PROBLEMS]:
            mark = "!" if problem["severity"] == "error" else "?"
            hint = f"{opening}{problem['hint']}{closing}" if problem["hint"] else ""
            print(
                f"  {mark} {table['sheet']}!{problem['place']} “{problem['raw']}” {problem['message']}{hint}"
            )
        if len(table["problems"]) > SHOWN_PROBLEMS:
            more = len(table["problems"]) - SHOWN_PROBLEMS
            print(
                f"  … 另有 {more} 处，用 --json 查看全部"
                if zh
                else f"  … {more} more; --json tells all of them"
            )
