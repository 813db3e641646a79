"""When payments fall due and who pays them: counted from the latest day, with a delay, with an event, by several payers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.policy import entitlements
from juxian.core.policy.document import Pay, pay_by
from juxian.core.policy.entitlements import payments_of
from tests.core.policy.test_outcomes import WAN, policy
from tests.core.policy.words import DAY, SCHEMA, days


def benefit_with(schedule: str):
    (found,) = policy(f"  - {{id: a, title: 甲, amount: 12万元, {schedule}}}\n").versions[0].benefits
    return found


def test_payments_are_counted_from_the_latest_of_several_days():
    pay = benefit_with("pay: {instalments: 3, every: month, from: [入职日期, 引进日期]}").pay
    both = {"hired_on": "2023-01-31", "introduced_on": date(2022, 5, 1)}

    assert pay.counted_from(both, DAY) == date(2023, 1, 31)
    assert pay.counted_from({"hired_on": "2023-01-31"}, DAY) is None
    assert Pay().counted_from({}, DAY) == DAY


@pytest.mark.parametrize(
    ("due", "days_due"),
    [
        ("on_day", [date(2023, 11, 30), date(2023, 12, 30), date(2024, 1, 30), date(2024, 2, 29)]),
        ("next_month", [date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]),
        ("next_quarter", [date(2024, 1, 1), date(2024, 1, 1), date(2024, 4, 1), date(2024, 4, 1)]),
    ],
)
def test_what_is_counted_by_the_month_may_be_paid_later(due, days_due):
    pay = benefit_with(f"pay: {{instalments: 4, every: month, due: {due}}}").pay

    assert pay.due_days(date(2023, 11, 30)) == days_due


@given(st.sampled_from(["next_month", "next_quarter"]), days)
def test_it_falls_due_on_the_first_day_after_its_month_or_quarter(due, day):
    (found,) = Pay(due=due).due_days(day)

    assert found.day == 1
    assert 0 < (found - day).days <= (31 if due == "next_month" else 92)
    assert due == "next_month" or found.month in (1, 4, 7, 10)


def test_a_payment_tells_the_event_it_waits_for():
    found = benefit_with("pay: {ratio: [1, 1], every: year, upon: 引进日期, each_if: 全职}")

    assert [(p.amount_fen, p.upon, p.needs) for p in payments_of(found, 12 * WAN)] == [
        (6 * WAN, "", ""),
        (6 * WAN, "introduced_on", "全职"),
    ]


PAYERS = """payers: [{id: city, title: 市, share: 2, pay: {ratio: [1, 1], every: year}},
      {id: district, title: 区, share: 1, pay: {instalments: 12, every: month}}]"""


def test_each_payer_bears_its_part_on_days_of_its_own():
    found = benefit_with(PAYERS)
    paid = payments_of(found, 12 * WAN + 1)

    assert [(p.payer and p.payer.zh, p.after_months) for p in paid[:3]] == [("市", 0), ("市", 12), ("区", 0)]
    assert sum(p.amount_fen for p in paid) == 12 * WAN + 1
    assert sum(p.amount_fen for p in paid if p.payer and p.payer.zh == "市") == 8 * WAN + 1
    city, other = pay_by(found, "city"), pay_by(found, "province")
    assert (city and city.count, other) == (2, None)


def test_the_person_sees_all_payments():
    given = policy(f"  - {{id: a, title: 甲, amount: 12万元, {PAYERS}}}\n")

    (item,) = entitlements([given], {}, DAY, SCHEMA)

    assert len(item.payments) == 14
