"""``juxian policy explain|sweep|lint|compare|simulate|replay|find``: one person's entitlements with reasons; everybody's at once; mistakes (政策)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from juxian.config.commands import policy_find, policy_lint, policy_sweep, policy_versions
from juxian.config.commands.given import day, unreadable
from juxian.config.commands.pack import directory_of
from juxian.core.source import Problem, Rejected, Source, Span
from juxian.core.text import Text

if TYPE_CHECKING:
    from juxian.core.facts.schema import Schema
    from juxian.core.packs import Pack
    from juxian.core.policy.entitlements import Entitlements
    from juxian.core.policy.reasons import Reason

SIZE_LIMIT = 1_000_000  # characters of a person file
_VERDICTS = {"yes": Text("符合", "yes"), "no": Text("不符合", "no"), "unknown": Text("待补充材料", "unknown")}
_MARKS = {True: "✓", False: "✗", None: "?"}


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "policy", help="explain one person's entitlements, sweep a population, or look for mistakes"
    )
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    explain = commands.add_parser("explain", help="all benefits of one person, with reasons")
    explain.add_argument("--person", required=True, metavar="FILE.json", help="profile: field → value")
    explain.add_argument("--pack", required=True, help="directory of a pack, or its code")
    explain.add_argument(
        "--as-of", required=True, type=day, metavar="DAY", help="day of asking, such as 2022-12-15"
    )
    explain.set_defaults(run=run_explain)
    policy_sweep.add_to(commands)
    policy_lint.add_to(commands)
    policy_versions.add_to(commands)
    policy_find.add_to(commands)


def run_explain(args: argparse.Namespace) -> int:
    from juxian.core.policy import entitlements  # deferred: other commands do not pay for it
    from juxian.core.policy.telling import explained

    pack = _load(args.pack)
    row = read_person(Path(args.person), pack, args.as_of)
    found = entitlements(list(pack.policies.values()), row, args.as_of, pack.schema, spouse_shown=True)
    if args.json:
        print(json.dumps({"pack": pack.code, **explained(found, args.lang)}, ensure_ascii=False))
    else:
        _print(found, pack, args.lang)
    return 0


def read_person(path: Path, pack: Pack, as_of: date) -> dict[str, Any]:
    """The profile in a JSON file, field names in Chinese or English; raises ``Rejected`` with every problem.

    P501 the file cannot be read · P502 not JSON · P503 unknown field · P504 value not accepted.
    """
    from juxian.core.facts.profile import with_spouse  # deferred with the rest of the core
    from juxian.core.facts.values import Refusal
    from juxian.core.policy.answers import answer

    source, data = _read_json(path)
    titles = {
        benefit.title.zh: benefit.id
        for policy in pack.policies.values()
        for benefit in policy.benefits.values()
    }
    row: dict[str, Any] = {}
    problems: list[Problem] = []
    for word, raw in data.items():
        field = pack.schema.find_field(word)
        if field is None:
            problems.append(_unknown_field(source, word, pack.schema))
        elif raw is not None:
            found = answer(field, raw, as_of, pack.schema, titles)
            if isinstance(found, Refusal):
                told = Text(f"{word}：{found.reason.zh}", f"{word}: {found.reason.en}")
                problems.append(_at_word(source, word, "P504", told))
            else:
                row.update(found)
    if problems:
        raise Rejected(problems)
    return with_spouse(row, pack.schema, None)


def _read_json(path: Path) -> tuple[Source, Mapping[str, Any]]:
    try:
        source = Source.read(path, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected([unreadable(path, error)]) from error
    if len(source.text) > SIZE_LIMIT:
        raise Rejected([Problem("P501", Text("文件过大", "the file is too large"), str(path))])
    try:
        data = json.loads(source.text)
    except json.JSONDecodeError as error:
        span = Span(error.lineno, error.colno)
        message = Text(f"不是有效的 JSON：{error.msg}", f"not valid JSON: {error.msg}")
        raise Rejected([Problem("P502", message, str(path), span, source.line(error.lineno))]) from error
    except RecursionError as error:
        raise Rejected([Problem("P502", Text("层次过深", "nested too deeply"), str(path))]) from error
    if not isinstance(data, dict):
        raise Rejected(
            [
                Problem(
                    "P502",
                    Text("这里需要“字段: 值”的 JSON 对象", "a JSON object of field: value is needed"),
                    str(path),
                )
            ]
        )
    return source, data


def _unknown_field(source: Source, word: str, schema: Schema) -> Problem:
    from juxian.core.policy.names import names_of_schema  # deferred with the rest of the core

    close = names_of_schema(schema).close_to(word)
    hint = Text("是否想写：" + "、".join(close), "did you mean " + ", ".join(close)) if close else None
    return _at_word(source, word, "P503", Text(f"没有名为“{word}”的字段", f"there is no field {word}"), hint)


def _at_word(source: Source, word: str, code: str, message: Text, hint: Text | None = None) -> Problem:
    """A problem at the key ``word``, where it is written as such."""
    written = json.dumps(word, ensure_ascii=False)
    offset = source.text.find(written)
    if offset < 0:
        return Problem(code, message, source.name, hint=hint)
    line, column = source.position(offset)
    return Problem(code, message, source.name, Span(line, column, len(written)), source.line(line), hint)


def _load(written: str) -> Pack:
    from juxian.core.packs import load_pack  # deferred: other commands do not pay for it

    return load_pack(directory_of(written))


# --- what is shown -----------------------------------------------------------------------------------------------------


def _print(found: Entitlements, pack: Pack, language: str) -> None:
    from juxian.core.policy.wording import field_title, money_words  # deferred with the rest of the core

    for item in found:
        title, verdict = (
            item.benefit.title.in_language(language),
            _VERDICTS[item.verdict.value].in_language(language),
        )
        amount = money_words(item.amount_fen).in_language(language) if item.amount_fen else ""
        print("  ".join(part for part in (verdict, title, item.article, amount) if part))
        for reason in item.reasons:
            _print_reason(reason, language, 1)
        if item.missing:
            titles = [field_title(name, pack.schema).in_language(language) for name in item.missing]
            print(
                "  "
                + Text("缺：", "missing: ").in_language(language)
                + Text("、", ", ").in_language(language).join(titles)
            )
        if item.turns_on:
            print("  " + Text(f"{item.turns_on} 起符合", f"yes from {item.turns_on}").in_language(language))
        for change in item.changes:
            own, needed = change.own.in_language(language), change.needed.in_language(language)
            print(f"  {change.title.in_language(language)}: {own} → {needed}")
    print(
        Text(f"合计 {found.total_fen / 100:,.2f} 元", f"total {found.total_fen / 100:,.2f} yuan").in_language(
            language
        )
    )


def _print_reason(reason: Reason, language: str, depth: int) -> None:
    own = f"（{reason.own.in_language(language)}）" if reason.own else ""
    skipped = f" — {reason.not_evaluated.in_language(language)}" if reason.not_evaluated else ""
    mark = "·" if reason.not_evaluated else _MARKS[reason.holds]
    print("  " * depth + f"{mark} {reason.statement.in_language(language)}{own}{skipped}")
    for part in reason.parts:
        _print_reason(part, language, depth + 1)
