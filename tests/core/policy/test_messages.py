"""What authors are told: each file of ``golden`` holds sources and the messages that they give, in both languages."""

import pytest

from juxian.core.policy import parse_condition, read_cases, read_policy, run_cases
from juxian.core.positioned import read_yaml
from juxian.core.source import Problem, Rejected, Source
from tests.core.policy import golden_files
from tests.core.policy.words import NAMES, SCHEMA

GRANT = """
policy: p
title: 补助办法
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - {id: grant, title: 补助, article: 第五条, who: 全职 and 年龄 >= 25, amount: 2万元, pay: {instalments: 2, every: year}}
"""


def told(problems: list[Problem]) -> str:
    return (
        "\n".join(problem.render(language) for problem in problems for language in ("zh", "en")) or "accepted"
    )


def test_conditions():
    def result(source: str) -> str:
        try:
            parse_condition(source, NAMES, "条件")
        except Rejected as rejected:
            return told(list(rejected.problems))
        return "accepted"

    golden_files.check("conditions.txt", result)


def test_policies():
    golden_files.check(
        "policies.txt", lambda source: told(read_policy(read_yaml(Source("p.yaml", source)), SCHEMA)[1])
    )


def test_cases():
    policy, problems = read_policy(read_yaml(Source("p.yaml", GRANT)), SCHEMA)
    assert problems == []

    def result(source: str) -> str:
        cases, found = read_cases(read_yaml(Source("p.cases.yaml", source)), policy, SCHEMA)
        return told(
            found or [problem for case in run_cases(policy, cases, SCHEMA) for problem in case.problems]
        )

    golden_files.check("cases.txt", result)


@pytest.mark.parametrize("name", ["conditions.txt", "policies.txt", "cases.txt"])
def test_every_message_has_a_position_and_reads_in_english(name):
    results = [
        block.partition("\n---\n")[2]
        for block in (golden_files.FOLDER / name).read_text("utf-8").split("\n===\n")
    ]

    assert all("accepted" not in result for result in results)
    assert all("^" in result for result in results)
