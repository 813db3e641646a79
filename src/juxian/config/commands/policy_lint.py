"""``juxian policy lint``: mistakes that only show in a combination of facts, each with a person (政策检查)."""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from typing import TYPE_CHECKING, Any

from juxian.config.commands.given import day
from juxian.config.commands.pack import directory_of
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

if TYPE_CHECKING:
    from juxian.core.facts.schema import Schema
    from juxian.core.packs import Pack
    from juxian.core.policy.lint import Example, Finding, Report, Result

_SEVERITIES = {"warning": Text("提醒", "warning"), "question": Text("询问", "question")}


def add_to(commands: Any) -> None:
    """Add ``lint`` to the sub-commands of ``juxian policy``."""
    part = commands.add_parser(
        "lint", help="rows never reached, gaps, inversions…, each with a person who shows it"
    )
    part.add_argument("--pack", required=True, help="directory of a pack, or its code")
    part.add_argument("--policy", metavar="ID", help="tell about this policy only")
    part.add_argument(
        "--as-of",
        type=day,
        metavar="DAY",
        help="day of asking (default: the day the pack's figures reach to)",
    )
    part.add_argument(
        "--deep",
        action="store_true",
        help="decide over every possible person, not over boundary values alone (pip install juxian[verify])",
    )
    part.add_argument(
        "--save-cases",
        action="store_true",
        help="print the persons as cases, to be appended to <policy>.cases.yaml",
    )
    part.set_defaults(run=run_lint)


def run_lint(args: argparse.Namespace) -> int:
    """Tell every finding. Findings are no failure: exit 1 only when the pack or ``--policy`` is wrong."""
    from juxian.core.packs import load_pack  # deferred: other commands do not pay for it
    from juxian.core.packs.merits import merits_of
    from juxian.core.policy.lint import lint

    pack = load_pack(directory_of(args.pack))
    _check_policy(pack, args.policy)
    only = [args.policy] if args.policy else []
    began = time.perf_counter()
    if args.deep:
        _check_solver()
    report = lint(
        pack.policies.values(), pack.schema, args.as_of or pack.as_of, merits_of(pack), only, deep=args.deep
    )
    seconds = round(time.perf_counter() - began, 3)
    if args.json:
        print(json.dumps(told(report, pack, args.lang, seconds), ensure_ascii=False))
    elif args.save_cases:
        _print_cases(report, pack)
    else:
        _print(report, pack, 1 if only else len(pack.policies), args.lang)
    return 0


def told(report: Report, pack: Pack, language: str, seconds: float) -> dict[str, Any]:
    """Everything that ``lint --json`` prints; ``cases`` is what ``--save-cases`` prints, by policy."""
    from juxian.core.policy.lint.saving import cases_of  # deferred with the rest of the core

    return {
        "pack": pack.code,
        "policies": len(pack.policies),
        "warnings": len(report.of("warning")),
        "questions": len(report.of("question")),
        "cells": report.cells,
        "seconds": seconds,
        "findings": [_finding(finding, language) for finding in report.findings],
        "cases": cases_of(report.findings, pack.schema),
    }


def _check_solver() -> None:
    if importlib.util.find_spec("z3") is None:
        message = Text("--deep 需要 z3-solver", "--deep needs z3-solver")
        hint = Text("安装：pip install juxian[verify]", "install it: pip install juxian[verify]")
        raise Rejected([Problem("P510", message, hint=hint)])


def _check_policy(pack: Pack, written: str | None) -> None:
    if written and written not in pack.policies:
        known = "、".join(pack.policies)
        message = Text(f"没有政策“{written}”", f"there is no policy {written}")
        hint = Text(f"可用：{known}", f"known: {', '.join(pack.policies)}")
        raise Rejected([Problem("P506", message, str(pack.directory), hint=hint)])


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message.in_language(language),
        "policy": finding.policy.id,
        "benefit": finding.benefit,
        "path": finding.source,
        "line": finding.span.line,
        "column": finding.span.column,
        "quoted": finding.quoted,
        "witness": [_example(example, language) for example in finding.witness],
    }


def _example(example: Example, language: str) -> dict[str, Any]:
    results = [
        {"benefit": r.benefit, "verdict": r.verdict.value, "amount_fen": r.amount_fen}
        for r in example.results
    ]
    return {
        "name": example.name.in_language(language),
        "policy": example.policy.id,
        "person": dict(example.row),
        "day": example.day.isoformat(),
        "results": results,
    }


def _print(report: Report, pack: Pack, policies: int, language: str) -> None:
    for finding in report.findings:
        print(f"{_SEVERITIES[finding.severity].in_language(language)} {finding.render(language)}")
        for example in finding.witness:
            print(f"    {_example_words(example, pack.schema).in_language(language)}")
    warnings, questions = len(report.of("warning")), len(report.of("question"))
    words = Text(
        f"{policies} 项政策：{warnings} 条提醒，{questions} 条询问（{report.cells:,} 种取值组合）",
        f"{policies} policies: {warnings} warnings, {questions} questions ({report.cells:,} combinations of facts)",
    )
    print(words.in_language(language))


def _example_words(example: Example, schema: Schema) -> Text:
    from juxian.core.policy.wording import (
        field_title,
        joined,
        value_words,
    )  # deferred with the rest of the core

    facts = []
    for name, value in example.row.items():
        title, words = field_title(name, schema), value_words(value, schema.profile[name].type, schema)
        facts.append(Text(f"{title.zh} {words.zh}", f"{title.en or title.zh}: {words.en}"))
    person, results = (
        joined(facts, "，", ", "),
        joined([_result_words(result) for result in example.results], "；", "; "),
    )
    return Text(
        f"{example.name.zh}（{example.day}）：{person.zh} → {results.zh}",
        f"{example.name.en} ({example.day}): {person.en} → {results.en}",
    )


def _result_words(result: Result) -> Text:
    from juxian.core.policy.cases import VERDICT_WORDS  # deferred with the rest of the core
    from juxian.core.policy.wording import money_words

    verdict = VERDICT_WORDS[result.verdict]
    amount = money_words(result.amount_fen) if result.amount_fen else Text("", "")
    title = result.title
    return Text(
        f"{title.zh} {verdict.zh} {amount.zh}".rstrip(),
        f"{title.in_language('en')}: {verdict.en} {amount.en}".rstrip(),
    )


def _print_cases(report: Report, pack: Pack) -> None:
    from juxian.core.policy.lint.saving import cases_of  # deferred with the rest of the core

    for policy, cases in cases_of(report.findings, pack.schema).items():
        print(f"# {policy}.cases.yaml")
        print(cases, end="")
