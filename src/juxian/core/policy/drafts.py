"""A policy as somebody is writing it (草稿): read as a file of the pack would be, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from juxian.core.facts.schema import Schema
from juxian.core.policy.cases import CaseResult, run_cases
from juxian.core.policy.document import Policy
from juxian.core.policy.reading import read_cases, read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Problem, Rejected, Source, errors_in
from juxian.core.text import Text


def read_draft(text: str, policy_id: str, schema: Schema) -> tuple[Policy | None, list[Problem]]:
    """The policy of a draft, or None with every problem; its id stays that of the file (K601)."""
    try:
        document = read_yaml(Source(f"policies/{policy_id}.yaml", text))
    except Rejected as rejected:
        return None, list(rejected.problems)
    policy, problems = read_policy(document, schema)
    if policy is not None and policy.id != policy_id:
        hint = Text(f"写 policy: {policy_id}", f"write policy: {policy_id}")
        message = Text(
            f"政策代码“{policy.id}”与文件名不同", f"the id “{policy.id}” differs from the name of the file"
        )
        problems = [*problems, document.problem(("policy",), "K601", message, hint)]
    return (None if errors_in(problems) else policy), problems


def whole_cases(base: str, written: str) -> str:
    """The file of cases that a draft goes by: ``written`` where it is such a file, else ``base`` with ``written`` at its end.

    A line that begins with ``policy:`` or ``cases:`` makes a text a whole file; without one it is items of a list,
    further cases beside those of ``base``, as drafts kept them before.
    """
    if re.search(r"^(policy|cases)[ \t]*:", written, re.MULTILINE):
        return written
    return with_cases(base, written)


def with_cases(base: str, items: str) -> str:
    """A file of cases with further items at its end, as far from the margin as those that stand there."""
    if not items.strip():
        return base
    found = re.search(r"^( *)- ", base, re.MULTILINE)
    margin = found.group(1) if found else ""
    added = [margin + line if line.strip() else line for line in items.strip("\n").split("\n")]
    return base.rstrip("\n") + "\n" * bool(base.strip()) + "\n".join(added) + "\n"


def run_draft_cases(
    text: str, policy: Policy, others: Iterable[Policy], schema: Schema
) -> tuple[list[CaseResult], list[Problem]]:
    """How the cases in the text of a file come out under ``policy``, and the problems of those that cannot be read."""
    try:
        document = read_yaml(Source(f"policies/{policy.id}.cases.yaml", text))
    except Rejected as rejected:
        return [], list(rejected.problems)
    if (
        isinstance(document.data, dict) and document.data.get("cases", "") is None
    ):  # the head alone: no cases yet
        return [], []
    cases, problems = read_cases(document, policy, schema)
    return run_cases(policy, cases, schema, others), problems
