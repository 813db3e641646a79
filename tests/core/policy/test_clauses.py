"""The bits that a sweep keeps of the clauses that somebody does not meet."""

import polars as pl

from juxian.core.policy.clauses import ClauseKind, clauses_of, failed_clauses
from juxian.core.policy.rulebook import rulebook
from juxian.core.policy.sweeping import sweep
from tests.core.policy.test_outcomes import policy
from tests.core.policy.words import DAY, SCHEMA

POLICY = policy("""
  - id: settle
    title: 安家补贴
    who: 全职 and 学历 >= 硕士 and 入职日期 >= 2020-01-01
    amount: {rows: [{when: 学历 >= 博士, give: 10万元}, {when: 合同期限 >= 12个月, give: 5万元}]}
    stacking: [{group: 住房, rule: first}, {rule: once_in_life}]
  - {id: rent, title: 租房补贴, amount: 1万元, stacking: {group: 住房, rule: first}}
""")


def failed(**person):
    """(kind, place of the part of who) of what fails, by benefit."""
    columns = {name: [value] for name, value in person.items()}
    long = sweep([POLICY], pl.DataFrame(columns), DAY, SCHEMA)
    items = {item.benefit.id: item for item in rulebook([POLICY], DAY).items}
    return {
        line["benefit"]: [
            clause.kind.value for clause in failed_clauses(items[line["benefit"]], line["failed"])
        ]
        for line in long.iter_rows(named=True)
    }


def test_clauses_stand_in_the_order_of_the_stages():
    settle, rent = rulebook([POLICY], DAY).items

    assert [clause.kind for clause in clauses_of(settle)] == [
        ClauseKind.VERSION, ClauseKind.WHO, ClauseKind.WHO, ClauseKind.WHO, ClauseKind.TABLE, ClauseKind.RECEIVED, ClauseKind.DISPLACED,
    ]  # fmt: skip
    assert [clause.kind for clause in clauses_of(rent)] == [
        ClauseKind.VERSION,
        ClauseKind.TABLE,
        ClauseKind.DISPLACED,
    ]


def test_every_clause_that_is_surely_not_met_has_its_bit():
    person = {"full_time": False, "degree": "bachelor", "contract_months": 6, "received": '{"settle": 1}'}

    assert failed(**person) == {"settle": ["who", "who", "table", "received"], "rent": []}


def test_what_is_unknown_fails_nothing():
    assert failed(full_time=True, received="{}") == {"settle": [], "rent": []}


def test_what_another_benefit_displaces_is_told():
    person = {"full_time": True, "degree": "doctor", "hired_on": "2021-01-01", "received": "{}"}

    assert failed(**person) == {"settle": [], "rent": ["displaced"]}
