"""What only shows when the policies of a pack stand together (政策之间的检查)."""

from __future__ import annotations

from collections.abc import Iterable

from juxian.core.policy.document import Benefit, Policy, StackingRule
from juxian.core.policy.names import close_words
from juxian.core.policy.nodes import Node, Received, ReceivedAmount, walk
from juxian.core.policy.rulebook import GROUP_RULES, benefit_words
from juxian.core.positioned import Path
from juxian.core.source import Problem, problem_at
from juxian.core.text import Text


def check_policies(policies: Iterable[Policy]) -> list[Problem]:
    """Problems between policies: P316 rules of one group that disagree; P318 (a warning) a condition asks for a benefit
    that nobody gives."""
    every = list(policies)
    known = benefit_words(every)
    groups = {s.group for policy in every for b in policy.benefits.values() for s in b.stacking}
    problems: list[Problem] = []
    rules: dict[str, StackingRule] = {}
    for policy in every:
        for version in policy.versions:
            for benefit in version.benefits:
                path = policy.paths[benefit.id]
                problems += _group_problems(policy, benefit, (*path, "stacking"), rules)
                asked = [
                    word for word in _received_words(benefit) if word not in known and word not in groups
                ]
                problems += [_unknown_benefit(policy, path, word, known) for word in asked]
    return list(dict.fromkeys(problems))


def _group_problems(
    policy: Policy, benefit: Benefit, path: Path, rules: dict[str, StackingRule]
) -> list[Problem]:
    found = []
    for stacking in benefit.stacking:
        if stacking.rule in GROUP_RULES:
            first = rules.setdefault(stacking.group, stacking.rule)
            if first is not stacking.rule:
                message = Text(
                    f"组“{stacking.group}”在另一政策中的规则是 {first}",
                    f"group {stacking.group} has the rule {first} in another policy",
                )
                found.append(policy.origin.problem(path, "P316", message))
    return found


def _received_words(benefit: Benefit) -> list[str]:
    rows = benefit.table.rows
    roots: list[Node] = [e.clause for e in (benefit.who, *(row.when for row in rows)) if e is not None]
    roots += [row.give.term for row in rows if row.give is not None]
    return [
        node.benefit for root in roots for node in walk(root) if isinstance(node, Received | ReceivedAmount)
    ]


def _unknown_benefit(policy: Policy, path: Path, word: str, known: Iterable[str]) -> Problem:
    close = close_words(word, known)
    hint = Text("是否想写：" + "、".join(close), "did you mean " + ", ".join(close)) if close else None
    message = Text(f"没有名为“{word}”的待遇", f"no policy gives the benefit {word}")
    return problem_at(policy.origin.source, policy.origin.span(path), "P318", message, hint, "warning")
