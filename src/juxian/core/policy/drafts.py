"""A policy as somebody is writing it (草稿): read as a file of the pack would be, all problems at once."""

from __future__ import annotations

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import Policy
from juxian.core.policy.reading import read_policy
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
