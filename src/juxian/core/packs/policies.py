"""The policies of a pack (政策文件).

K601 id of a policy · K602 benefit twice · K604 cases without a policy · K605 policy without cases (a reminder) ·
K606 a fact kind that is not there is needed by a policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.packs.cases import read_case_file
from juxian.core.packs.files import CASES, read_document
from juxian.core.policy import Policy, check_policies, read_policy
from juxian.core.policy.language import Amount, Expression
from juxian.core.source import Problem
from juxian.core.text import Text


def read_policies(directory: Path, schema: Schema, problems: list[Problem]) -> dict[str, Policy]:
    """All policies of a pack by id, their cases checked as well."""
    folder = directory / "policies"
    policies: dict[str, Policy] = {}
    for path in sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(CASES)):
        policy = _policy(path, schema, problems)
        if policy is not None:
            policies[policy.id] = policy
            _check_cases(path, policy, schema, problems)
    for path in sorted(folder.glob(f"*{CASES}")):
        if not (folder / f"{path.name.removesuffix(CASES)}.yaml").is_file():
            message = Text("有用例而没有政策文件", "cases without a policy")
            problems.append(Problem("K604", message, str(path)))
    _check_benefits(folder, policies.values(), problems)
    problems.extend(check_policies(policies.values()))
    return policies


def _policy(path: Path, schema: Schema, problems: list[Problem]) -> Policy | None:
    document = read_document(path, problems)
    if document is None:
        return None
    policy, found = read_policy(document, schema)
    problems.extend(found)
    if policy is not None and policy.id != path.stem:
        hint = Text(f"写 policy: {path.stem}", f"write policy: {path.stem}")
        message = Text(
            f"政策代码“{policy.id}”与文件名不同", f"the id “{policy.id}” differs from the name of the file"
        )
        problems.append(document.problem(("policy",), "K601", message, hint))
        return None
    return policy


def _check_cases(path: Path, policy: Policy, schema: Schema, problems: list[Problem]) -> None:
    cases = path.with_name(f"{path.stem}{CASES}")
    if cases.is_file():
        read_case_file(cases, policy, schema, problems)
        return
    message = Text("政策没有用例", "the policy has no cases")
    hint = Text(
        f"写 {cases.name}：符合、不符合、待补充各至少一例",
        f"write {cases.name} with at least one case each for yes, no and unknown",
    )
    problems.append(Problem("K605", message, str(path), hint=hint, severity="warning"))


def tell_bereft(directory: Path, schema: Schema, bereft: Mapping[str, str], problems: list[Problem]) -> None:
    """Name the policies that read a field whose fact kind is not there; bereft: field → that kind."""
    for policy in read_policies(directory, schema, []).values():
        for name in sorted(fields_read(policy) & set(bereft)):
            title, kind = schema.profile[name].title, bereft[name]
            message = Text(
                f"政策用到“{title.zh}”，而它来自没有的信息项类别“{kind}”",
                f"the policy reads {name}, which comes from “{kind}”, and there is no such fact kind",
            )
            problems.append(Problem("K606", message, policy.origin.source.name))


def fields_read(policy: Policy) -> set[str]:
    """English names of the stored fields that any version of a policy reads."""
    found: set[str] = set()
    for version in policy.versions:
        found.add(version.applies_by)
        asked: list[Expression | Amount | None] = [cap.unless for cap in version.caps]
        rows = [row for table in version.points for row in table.rows]
        for benefit in version.benefits:
            asked += [benefit.who]
            for pay in benefit.pays:
                asked += [pay.each_if, pay.stops_if, pay.ends_if]
            rows += benefit.table.rows
            found.add(benefit.window.field if benefit.window else "")
            found.add(benefit.obligation.from_field if benefit.obligation else "")
        asked += [part for row in rows for part in (row.when, row.give)]
        found.update(name for expression in asked if expression for name in expression.fields)
    return found - {""}


def benefits_of(policies: Mapping[str, Policy]) -> frozenset[str]:
    """The ids of everything that the policies give, in any version."""
    return frozenset(
        benefit.id
        for policy in policies.values()
        for version in policy.versions
        for benefit in version.benefits
    )


def _check_benefits(folder: Path, policies: Iterable[Policy], problems: list[Problem]) -> None:
    """A benefit is known by its id everywhere (已享受待遇), so two policies may not share one."""
    owners: dict[str, str] = {}
    for policy in policies:
        for benefit in sorted({benefit.id for version in policy.versions for benefit in version.benefits}):
            owner = owners.setdefault(benefit, policy.id)
            if owner != policy.id:
                message = Text(
                    f"待遇“{benefit}”已属于政策 {owner}", f"the benefit “{benefit}” belongs to {owner}"
                )
                problems.append(Problem("K602", message, str(folder / f"{policy.id}.yaml")))
