"""Witnesses as cases in YAML (见证人转为用例), ready to be appended to ``<policy>.cases.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from juxian.core.facts.schema import Kind, ProfileField, Schema
from juxian.core.policy.entitlements import Verdict
from juxian.core.policy.lint.finding import CODES, Example, Finding, Result

FEN_PER_TEN_THOUSAND = 1_000_000


def cases_of(findings: Iterable[Finding], schema: Schema) -> dict[str, str]:
    """Id of a policy → its new cases as items of a YAML list, in the order of the findings.

    Each expects what the policy gives today; the office changes that where the finding shows a mistake. Witnesses that
    no case can speak for are left out.
    """
    found: dict[str, dict[str, None]] = {}
    for finding in findings:
        for example in finding.witness:
            if example.results and example.savable:
                found.setdefault(example.policy.id, {})[_case(finding, example, schema)] = None
    return {policy: "".join(cases) for policy, cases in found.items()}


def _case(finding: Finding, example: Example, schema: Schema) -> str:
    titles = {result.benefit: result.title.zh for result in example.results}
    about = titles.get(finding.benefit, example.policy.title.zh)
    lines = {
        "name": f"{CODES[finding.code].zh}（{about}）：{example.name.zh}",
        "person": dict(_written(name, value, schema) for name, value in example.row.items()),
        "day": example.day.isoformat(),
        "expect": {result.benefit: _expected(result) for result in example.results},
    }
    body = "\n  ".join(f"{key}: {_flow(value)}" for key, value in lines.items())
    return f"- {body}\n"


def _flow(value: object) -> str:
    """One line of YAML."""
    dumped = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**9, sort_keys=False)
    return dumped.removesuffix("\n...\n").rstrip("\n")


def _expected(result: Result) -> dict[str, str]:
    expected = {"verdict": result.verdict.value}
    if (
        result.verdict is Verdict.YES
        and not result.in_kind
        and result.amount_fen
        and result.amount_fen % 100 == 0
    ):
        expected["amount"] = written_amount(result.amount_fen)
    return expected


def _written(name: str, value: Any, schema: Schema) -> tuple[str, Any]:
    """Title and value of a field as people write them, such that they read back as the same."""
    field = schema.profile[name]
    title = field.title.zh if schema.find_field(field.title.zh) is field else name
    return title, _value(value, field, schema)


def _value(value: Any, field: ProfileField, schema: Schema) -> Any:
    match field.type.kind:
        case Kind.LEVEL:
            return _level(value, field, schema)
        case Kind.LEVELS:
            return [_level(code, field, schema) for code in value]
        case Kind.MONEY:
            return written_amount(value)
        case Kind.MONTHS:
            return f"{value}个月"
        case Kind.AMOUNTS:
            return {benefit: written_amount(amount) for benefit, amount in value.items()}
        case _:
            return value


def _level(code: str, field: ProfileField, schema: Schema) -> str:
    scale = schema.scales[field.type.scale]
    level = scale.levels[code]
    return level.title.zh if scale.find(level.title.zh) is level else code


def written_amount(amount_fen: int) -> str:
    """``5万元`` where that is exact, else yuan with fen as decimals."""
    if amount_fen and amount_fen % FEN_PER_TEN_THOUSAND == 0:
        return f"{amount_fen // FEN_PER_TEN_THOUSAND}万元"
    yuan, fen = divmod(amount_fen, 100)
    return f"{yuan}.{fen:02d}元" if fen else f"{yuan}元"
