"""The cases of a pack's policies: examples of the office with the answer it expects (政策用例)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.packs.files import CASES, read_document
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy
from juxian.core.policy.cases import Case, CaseResult, run_cases
from juxian.core.policy.reading import read_cases
from juxian.core.source import Problem, Rejected, errors_in


@dataclass(frozen=True)
class PolicyCases:
    """The cases of one policy and how they came out."""

    policy: Policy
    path: Path
    results: Sequence[CaseResult]


def run_pack_cases(pack: Pack) -> list[PolicyCases]:
    """Run all cases of a pack. Raises ``Rejected`` when a file of cases is wrong."""
    found: list[PolicyCases] = []
    for policy in pack.policies.values():
        path = pack.directory / "policies" / f"{policy.id}{CASES}"
        problems: list[Problem] = []
        cases = read_case_file(path, policy, pack.schema, problems) if path.is_file() else []
        if errors_in(problems):
            raise Rejected(problems)
        found.append(PolicyCases(policy, path, run_cases(policy, cases, pack.schema)))
    return found


def read_case_file(path: Path, policy: Policy, schema: Schema, problems: list[Problem]) -> Sequence[Case]:
    """The cases of one file; what is wrong goes to ``problems``."""
    document = read_document(path, problems)
    if document is None:
        return []
    cases, found = read_cases(document, policy, schema)
    problems.extend(found)
    return cases
