"""The lint over every possible person: what it says is shown, and it says all that the boundary values show."""

from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from juxian.core.packs import load_all
from juxian.core.policy.circuit.leaves import monthday, monthend
from juxian.core.policy.decisions import alone
from juxian.core.policy.lint import lint
from juxian.core.policy.rulebook import rulebook
from tests.core.policy.lint.policies import DAY, MERITS, policy_in, policy_of
from tests.core.policy.lint.policies import SCHEMA as VOCABULARY
from tests.core.policy.lint.proof import decides, rows_of, shows
from tests.core.policy.lint.test_properties import MERITS as FEW_MERITS
from tests.core.policy.lint.test_properties import SCHEMA as RECORDED
from tests.core.policy.lint.test_properties import deeper
from tests.core.policy.words import full_rows

pytest.importorskip("z3", reason="extra verify")
import z3

from juxian.core.policy.lint.solving import EARLIEST, LATEST, _Calendar, sampled  # needs the extra

FAULTY, CLEAN = policy_in("faulty.yaml"), policy_in("clean.yaml")
ALONE = ("L101", "L102", "L103", "L104", "L105")  # findings about a benefit by itself
SMALL = 16  # cells: by boundary values hardly anything is decided


def told(report, codes=ALONE):
    return {(f.code, f.benefit, f.message.zh, f.span) for f in report.findings if f.code in codes}


def test_the_planted_mistakes_are_found_without_looking_at_boundary_values():
    whole = lint([FAULTY], VOCABULARY, DAY, MERITS)
    thinned = lint([FAULTY], VOCABULARY, DAY, MERITS, limit=SMALL)
    deep = lint([FAULTY], VOCABULARY, DAY, MERITS, limit=SMALL, deep=True)

    assert told(thinned) <= told(whole)
    stacked = {one for one in told(whole) if one[1] == "cinderella"}  # lies in a group, not in the benefit
    assert told(whole) - stacked <= told(deep)
    assert [f.render() for f in deep.findings if f.code in ALONE and not shows(f, VOCABULARY, MERITS)] == []


def test_a_clean_policy_stays_clean():
    assert told(lint([CLEAN], VOCABULARY, DAY, MERITS, deep=True)) == set()


MANY = """
policy: many
title: {zh: 多项条件, en: Many conditions}
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: many
    title: {zh: 多项, en: Many}
    who: 年龄 <= 45岁 and 学历 >= 本科 and 合同期限 >= 36个月 and 社保月数 >= 12个月 and 职称 >= 中级
    amount:
      rows:
      - {when: 年薪 * 40% > 10万元 and 约定服务期 >= 60个月, give: 5万元}
      - {when: 年薪 > 30万元 and 约定服务期 >= 72个月 and 年龄 <= 40岁, give: 4万元}
      - {when: 年薪 > 20万元 and 学历 >= 博士, give: 3万元}
      - {when: 年龄 > 50岁 and 职称 >= 正高, give: 2万元}
      - {give: 1万元}
"""


def test_rows_that_nobody_reaches_are_proved_where_the_values_are_too_many():
    policy = policy_of(MANY)

    by_values, deep = (lint([policy], VOCABULARY, DAY, MERITS, limit=4096, deep=d) for d in (False, True))

    assert [f.code for f in by_values.findings if f.code == "L101"] == []  # amounts are reckoned with
    found = [f for f in deep.findings if f.code == "L101"]
    assert [rows_of(f) for f in found] == [[1], [3]]
    assert [shows(f, VOCABULARY, MERITS) for f in found] == [True, True]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deeper())
def test_every_finding_about_generated_policies_is_shown(policies):
    report = lint(policies, RECORDED, DAY, FEW_MERITS, limit=SMALL, deep=True)

    found = [f for f in report.findings if f.code in ALONE]
    assert [f.render() for f in found if not shows(f, RECORDED, FEW_MERITS)] == []


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deeper(), full_rows)
def test_nobody_decides_by_a_row_that_is_said_never_to_be_reached(policies, row):
    report = lint(policies, RECORDED, DAY, FEW_MERITS, limit=SMALL, deep=True)

    for finding in [f for f in report.findings if f.code == "L101"]:
        for item in rulebook((finding.policy,), DAY).items:
            if item.benefit.id == finding.benefit:
                decision = alone(item, row, rulebook((finding.policy,), DAY).situation(RECORDED))
                for place in rows_of(finding)[:1]:
                    assert len(item.policy.versions) > 1 or not decides(decision, place)


def test_in_the_packs_it_says_all_that_the_values_show_and_decides_every_benefit():
    for pack in load_all().values():
        day = pack.as_of
        if pack.code == "gallery":
            whole = lint(pack.policies.values(), pack.schema, day)
            assert told(whole) <= told(lint(pack.policies.values(), pack.schema, day, deep=True))
        at = rulebook(tuple(pack.policies.values()), day).situation(pack.schema)
        undecided = [
            item.key
            for item in rulebook(tuple(pack.policies.values()), day).items
            if not sampled(item, at).exact
        ]
        assert undecided == [], pack.code


def test_years_are_exact_to_the_day():
    text = MANY.replace("年龄 <= 45岁", "1 <= 年龄 * 1").replace(
        "年龄 > 50岁", "年龄 * 2 > 51 and 年龄 * 2 < 53"
    )
    policy = policy_of(text)
    item = rulebook((policy,), DAY).items[0]
    at = rulebook((policy,), DAY).situation(VOCABULARY)

    found = sampled(item, at)

    for row in found.rows:
        assert date.fromisoformat(row["birth_date"]) <= DAY
    assert any(alone(item, row, at).rows[3].holds for row in found.rows)
    assert found.exact


@settings(max_examples=60, deadline=None)
@given(
    st.dates(EARLIEST, LATEST)
    | st.sampled_from([date(year, 2, 28) for year in (1900, 2000, 2023, 2024, 2100)])
)
def test_a_day_of_the_solver_is_a_day_of_the_calendar(day):
    """Year, month and day of a formula are those of its ordinal, and no others."""
    calendar, solver = _Calendar("day"), z3.Solver()
    solver.add(*calendar.rules(), calendar.day_in_all == day.toordinal())

    assert solver.check() == z3.sat
    model = solver.model()
    assert [model.eval(one).as_long() for one in (calendar.monthday, calendar.monthend)] == [
        monthday(day),
        monthend(day),
    ]
    solver.add(z3.Or(calendar.monthday != monthday(day), calendar.monthend != monthend(day)))
    assert solver.check() == z3.unsat


BETWEEN = """
policy: between
title: {zh: 两日之间, en: Between}
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: between
    title: {zh: 两日之间, en: Between}
    who: years_between(出生日期, 引进日期) == 45
    amount:
      rows:
      - {when: "years_between(出生日期, year_start(引进日期)) > 45", give: 3万元}
      - {when: "years_between(出生日期, year_start(引进日期)) == 44", give: 2万元}
      - {give: 1万元}
"""


def test_years_between_two_days_are_solved():
    """Nobody who is 45 on the day was older on new year; some were 44."""
    policy = policy_of(BETWEEN)
    book = rulebook((policy,), DAY)
    item, at = book.items[0], book.situation(VOCABULARY)

    found = sampled(item, at)

    decisions = [alone(item, row, at) for row in found.rows]
    assert found.exact
    assert [any(d.who and d.rows[place].holds for d in decisions) for place in (0, 1)] == [False, True]
