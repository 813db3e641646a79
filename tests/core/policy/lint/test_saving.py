"""Witnesses become cases that the office's own run accepts."""

import pytest

from juxian.core.facts.values import parse_amount
from juxian.core.policy.cases import run_cases
from juxian.core.policy.lint import lint
from juxian.core.policy.lint.saving import cases_of, written_amount
from juxian.core.policy.reading import read_cases
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.lint.policies import DAY, MERITS, SCHEMA, policy_in

FAULTY = policy_in("faulty.yaml")


def test_saved_witnesses_read_back_and_pass():
    report = lint([FAULTY], SCHEMA, DAY, MERITS)

    text = "policy: faulty\ncases:\n" + cases_of(report.findings, SCHEMA)["faulty"]

    cases, problems = read_cases(read_yaml(Source("faulty.cases.yaml", text)), FAULTY, SCHEMA)
    assert problems == []
    witnesses = [example for finding in report.findings for example in finding.witness if example.savable]
    assert {(str(dict(case.row)), case.day) for case in cases} == {(str(e.row), e.day) for e in witnesses}
    assert [result.problems for result in run_cases(FAULTY, cases, SCHEMA) if not result.passed] == []


def test_a_case_says_what_it_shows():
    report = lint([FAULTY], SCHEMA, DAY, MERITS)

    text = cases_of(report.findings, SCHEMA)["faulty"]

    assert (
        "- name: 空档（有空档）：符合条件而无一行适用\n  person: {全职: true, 学历: 本科, 职称: 初级}\n"
        in text
    )


@pytest.mark.parametrize("amount_fen", [0, 1, 99, 100, 150_000, 1_000_000, 123_456_789, 10**9])
def test_an_amount_reads_back_as_the_same(amount_fen):
    assert parse_amount(written_amount(amount_fen)) == amount_fen
