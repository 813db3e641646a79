"""The policies of a pack and their cases (政策文件与用例).

K601 id of a policy · K602 benefit twice · K604 cases without a policy · K605 policy without cases (a reminder).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.packs.files import CASES, read_document
from juxian.core.packs.schema import Pack
from juxian.core.policy import (
    Case,
    CaseResult,
    Policy,
    read_cases,
    read_policy,
    run_cases,
)
from juxian.core.source import Problem, Rejected, errors_in
from juxian.core.text import Text


@dataclass(frozen=True)
class PolicyCases:
    """The cases of one policy and how they came out."""

    policy: Policy
    path: Path
    results: Sequence[CaseResult]


def read_policies(directory: Path, schema: Schema, problems: list[Problem]) -> dict[str, Policy]:
    """All policies of a pack by id, their cases checked as well."""
    folder = directory / "policies"
    policies: dict[str, Policy] = {}
    for path in _policy_files(folder):
        policy = _policy(path, schema, problems)
        if policy is not None:
            policies[policy.id] = policy
            _cases(path, policy, schema, problems)
    for path in sorted(folder.glob(f"*{CASES}")):
        if not (folder / f"{path.name.removesuffix(CASES)}.yaml").is_file():
            message = Text("有用例而没有政策文件", "cases without a policy")
            problems.append(Problem("K604", message, str(path)))
    _check_benefits(folder, policies.values(), problems)
    return policies


def run_pack_cases(pack: Pack) -> list[PolicyCases]:
    """Run all cases of a pack. Raises ``Rejected`` when a file of cases is wrong."""
    found: list[PolicyCases] = []
    for policy in pack.policies.values():
        path = pack.directory / "policies" / f"{policy.id}{CASES}"
        problems: list[Problem] = []
        cases = _read_cases(path, policy, pack.schema, problems) if path.is_file() else []
        if errors_in(problems):
            raise Rejected(problems)
        found.append(PolicyCases(policy, path, run_cases(policy, cases, pack.schema)))
    return found


def _policy_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(CASES))


def _policy(path: Path, schema: Schema, problems: list[Problem]) -> Policy | None:
    document = read_document(path, problems)
    if document is None:
        return None
    policy, found = read_policy(document, schema)
    problems.extend(found)
    if policy is not None and policy.id != path.stem:
        hint = Text(f"写 policy: {path.stem}", f"write policy: {path.stem}")
        message = Text(
            f"政策代码“{policy.id}”与文件名不同",
            f"the id “{policy.id}” differs from the name of the file",
        )
        problems.append(document.problem(("policy",), "K601", message, hint))
        return None
    return policy


def _cases(path: Path, policy: Policy, schema: Schema, problems: list[Problem]) -> None:
    cases = path.with_name(f"{path.stem}{CASES}")
    if cases.is_file():
        _read_cases(cases, policy, schema, problems)
        return
    message = Text("政策没有用例", "the policy has no cases")
    hint = Text(
        f"写 {cases.name}：符合、不符合、待补充各至少一例",
        f"write {cases.name}: yes, no and unknown at least",
    )
    problems.append(Problem("K605", message, str(path), hint=hint, severity="warning"))


def _read_cases(path: Path, policy: Policy, schema: Schema, problems: list[Problem]) -> Sequence[Case]:
    document = read_document(path, problems)
    if document is None:
        return []
    cases, found = read_cases(document, policy, schema)
    problems.extend(found)
    return cases


def _check_benefits(folder: Path, policies: Iterable[Policy], problems: list[Problem]) -> None:
    """A benefit is known by its id everywhere (已享受待遇), so two policies may not share one."""
    owners: dict[str, str] = {}
    for policy in policies:
        for benefit in sorted({benefit.id for version in policy.versions for benefit in version.benefits}):
            owner = owners.setdefault(benefit, policy.id)
            if owner != policy.id:
                message = Text(
                    f"待遇“{benefit}”已属于政策 {owner}",
                    f"the benefit “{benefit}” belongs to {owner}",
                )
                problems.append(Problem("K602", message, str(folder / f"{policy.id}.yaml")))
