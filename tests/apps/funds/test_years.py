"""Budgets of a year moved, given on, promised and closed: by two persons, with the consequences before (年度预算)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.actions.changes import ask_change, decide_change
from juxian.apps.funds.actions.grants import end_grant, grant_benefit
from juxian.apps.funds.actions.statements import import_statement
from juxian.apps.funds.actions.years import OpenReserves, close_fund_year, reserve_year
from juxian.apps.funds.enums import ChangeKind, OpenPromises
from juxian.apps.funds.models import BudgetChange, BudgetLine, Grant, Instalment
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.proof import verify
from juxian.apps.funds.queries.years import Closing, closing_of, effect_of, year_plan
from juxian.apps.funds.rules import NotPossible
from juxian.core.funds.book import Fund
from juxian.core.ledger.closing import CarryRule
from juxian.core.ledger.refusals import KeyReused, OutOfBounds
from tests.apps.funds.scene import BANK, BENEFIT, DAY, POLICY, WAN, Scene, make_scene, statement

pytestmark = pytest.mark.django_db
LAST = date(2022, 12, 31)
HOUSING, AWARDS = ("budget:jiayuguan/talent-fund/2022/" + line for line in ("housing", "awards"))
NEXT = "budget:jiayuguan/talent-fund/2023/housing"


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def fund_of(scene: Scene) -> Fund:
    return scene.place.pack.funds.funds["talent-fund"]


def change(scene: Scene, kind: ChangeKind = ChangeKind.CLOSE, **values: object) -> BudgetChange:
    """A change of the fund, not handed in yet."""
    known: dict[str, object] = {
        "home": scene.place.root,
        "kind": kind,
        "fund": "talent-fund",
        "year": 2022,
        "document": "文 1",
        "asked_on": LAST,
        "promises": OpenPromises.KEEP if kind == ChangeKind.CLOSE else "",
    }
    return BudgetChange(**known | values)  # type: ignore[arg-type]


def approved(scene: Scene, made: BudgetChange, day: date = LAST) -> BudgetChange:
    ask_change(change=made, by=scene.maker)
    decide_change(change=made, approved=True, day=day, by=scene.checker)
    made.refresh_from_db()
    return made


def close(scene: Scene, promises: str = OpenPromises.KEEP, seen: str = "", fund: Fund | None = None) -> int:
    return close_fund_year(
        home=scene.place.root,
        fund=fund or fund_of(scene),
        year=2022,
        day=LAST,
        by=scene.checker,
        promises=promises,
        seen=seen,
    )


def planned_closing(scene: Scene, promises: str = OpenPromises.KEEP) -> Closing:
    return closing_of(scene.place.root, fund_of(scene), 2022, promises, LAST)


def test_a_move_needs_a_second_person_and_is_done_once(scene: Scene) -> None:
    made = change(scene, ChangeKind.MOVE, line="housing", other_line="awards", amount_fen=100 * WAN)
    ask_change(change=made, by=scene.maker)
    assert balance_of(HOUSING) == 1200 * WAN

    with pytest.raises(NotPossible, match="不能复核自己"):
        decide_change(change=made, approved=True, day=LAST, by=scene.maker)
    decide_change(change=made, approved=True, day=LAST, by=scene.checker)
    with pytest.raises(NotPossible, match="已有决定"):
        decide_change(change=made, approved=True, day=LAST, by=scene.checker)

    assert (balance_of(HOUSING), balance_of(AWARDS)) == (1100 * WAN, 180 * WAN)
    done = AuditEntry.objects.filter(
        action__in=["funds.change_asked", "funds.budget_moved", "funds.change_decided"]
    )
    assert done.count() == 3
    assert verify().difference is None


def test_the_database_refuses_one_person_for_both(scene: Scene) -> None:
    made = change(scene, ChangeKind.MOVE, line="housing", other_line="awards", amount_fen=1)
    ask_change(change=made, by=scene.maker)

    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetChange.objects.update(decided_by=scene.maker)


def test_what_is_not_free_cannot_be_moved(scene: Scene) -> None:
    made = change(scene, ChangeKind.MOVE, line="awards", other_line="training", amount_fen=81 * WAN)

    with pytest.raises(NotPossible, match="可用额度不足"):
        ask_change(change=made, by=scene.maker)

    made = ask_change(
        change=change(scene, ChangeKind.MOVE, line="awards", other_line="training", amount_fen=80 * WAN),
        by=scene.maker,
    )
    approved(
        scene,
        change(scene, ChangeKind.MOVE, line="awards", other_line="housing", amount_fen=1, document="文 2"),
    )
    with pytest.raises(OutOfBounds), transaction.atomic():
        decide_change(change=made, approved=True, day=LAST, by=scene.checker)
    made.refresh_from_db()
    assert made.state == "asked"


def test_one_paper_says_one_amount(scene: Scene) -> None:
    first = {"line": "awards", "source": "city-treasury", "amount_fen": WAN}
    approved(scene, change(scene, ChangeKind.APPROPRIATE, **first))
    again = ask_change(
        change=change(scene, ChangeKind.APPROPRIATE, **first | {"amount_fen": 2 * WAN}), by=scene.maker
    )

    with pytest.raises(KeyReused), transaction.atomic():
        decide_change(change=again, approved=True, day=LAST, by=scene.checker)
    assert balance_of(AWARDS) == 81 * WAN


def test_a_refusal_moves_nothing(scene: Scene) -> None:
    made = ask_change(
        change=change(scene, ChangeKind.MOVE, line="housing", other_line="awards", amount_fen=WAN),
        by=scene.maker,
    )

    decide_change(change=made, approved=False, day=LAST, by=scene.checker, remark="理由不足")

    made.refresh_from_db()
    assert (made.state, made.remark, balance_of(HOUSING)) == ("refused", "理由不足", 1200 * WAN)


def test_two_levels_of_funds() -> None:
    scene = make_scene("tinghu")
    upper, lower = "budget:tinghu/talent-fund/2014/towns", "budget:tinghu/town-fund/2014/local"
    before = balance_of(upper), balance_of(lower)
    values = {"line": "towns", "other_fund": "town-fund", "other_line": "local", "year": 2014}
    made = change(scene, ChangeKind.ALLOT, amount_fen=150 * WAN, **values)
    effect = effect_of(made, scene.place.pack.funds)
    assert [(line.fund, line.after_fen - line.before_fen) for line in effect.lines] == [
        ("talent-fund", -150 * WAN),
        ("town-fund", 150 * WAN),
    ]
    assert any("50%" in rule.message.zh and rule.holds for rule in effect.rules)

    approved(scene, made)

    assert (balance_of(upper), balance_of(lower)) == (before[0] - 150 * WAN, before[1] + 150 * WAN)
    wrong = change(
        scene,
        ChangeKind.ALLOT,
        amount_fen=1,
        document="文 2",
        **values | {"other_fund": "talent-fund", "other_line": "training"},
    )
    ask_change(change=wrong, by=scene.maker)
    with pytest.raises(NotPossible, match="下级资金"), transaction.atomic():
        decide_change(change=wrong, approved=True, day=LAST, by=scene.checker)


def test_a_move_that_breaks_a_rule_is_refused() -> None:
    scene = make_scene("tinghu")
    made = change(
        scene, ChangeKind.MOVE, line="start-up", other_line="training", amount_fen=4000 * WAN, year=2014
    )
    assert "bad" in ["bad" if rule.blocks else "" for rule in effect_of(made, scene.place.pack.funds).rules]
    ask_change(change=made, by=scene.maker)

    with pytest.raises(NotPossible, match="50%"), transaction.atomic():
        decide_change(change=made, approved=True, day=LAST, by=scene.checker)


def test_a_year_that_is_not_over_stays_open(scene: Scene) -> None:
    with pytest.raises(NotPossible, match="12 月起"):
        ask_change(change=change(scene, asked_on=date(2022, 11, 30)), by=scene.maker)


def test_kept_promises_are_paid_after_the_year_was_closed(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    made = approved(scene, change(scene))

    assert made.state == "approved"
    assert (balance_of(HOUSING), balance_of(NEXT)) == (0, 1198 * WAN)
    assert balance_of(f"reserved:{grant.name}") == 2 * WAN
    assert set(BudgetLine.objects.filter(year=2022).values_list("closed_on", flat=True)) == {LAST}
    line = scene.run("exported").lines.get()
    data = statement(("2023-01-05", line.reference, "20000.00"))
    import_statement(home=scene.place.root, data=data, file_name="a.csv", bank=BANK, by=scene.maker)
    assert balance_of(f"paid:{grant.name}") == 2 * WAN
    assert verify().difference is None


def test_renewed_promises_come_out_of_the_next_year(scene: Scene) -> None:
    first, second = scene.granted("甲", "乙")
    run = scene.run("draft")
    run.lines.filter(instalment__grant=first).update(state="void")

    closing = planned_closing(scene, OpenPromises.RENEW)
    first_line = closing.lines[0]
    assert (first_line.kept_fen, first_line.renewed_fen, first_line.carried_fen) == (
        2 * WAN,
        2 * WAN,
        1198 * WAN,
    )
    close(scene, OpenPromises.RENEW, closing.stamp)

    assert (balance_of(HOUSING), balance_of(NEXT)) == (0, 1196 * WAN)
    assert [balance_of(f"reserved:{grant.name}") for grant in (first, second)] == [2 * WAN, 2 * WAN]
    years = Instalment.objects.order_by("grant_id").values_list("budget__year", flat=True)
    assert list(years) == [2023, 2022]
    assert verify().difference is None
    end_grant(grant=Grant.objects.get(pk=first.pk), day=LAST, reason="放弃", by=scene.maker)
    assert balance_of(NEXT) == 1198 * WAN


def test_a_promise_of_a_closed_year_that_ends_frees_the_open_year(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    close(scene)

    end_grant(grant=grant, day=LAST, reason="放弃", by=scene.maker)

    assert (balance_of(HOUSING), balance_of(NEXT)) == (0, 1200 * WAN)
    assert verify().difference is None


def test_a_rule_that_refuses_open_promises_asks_what_to_do(scene: Scene) -> None:
    scene.granted("甲")
    strict = Fund(
        **{name: getattr(fund_of(scene), name) for name in Fund.__dataclass_fields__}
        | {"carry": CarryRule(500, True)}
    )

    with pytest.raises(OpenReserves):
        close(scene, fund=strict)
    close(scene, OpenPromises.RENEW, fund=strict)

    given = sum(balance_of(f"budget:jiayuguan/talent-fund/2023/{line}") for line in fund_of(scene).lines)
    assert given == 800 * WAN - 2 * WAN  # half of 16 million lapses, the promise is made anew
    assert balance_of("appropriation:jiayuguan/city-treasury") == -(500 + 1600 - 800) * WAN
    assert verify().difference is None


def test_what_was_approved_is_what_is_done(scene: Scene) -> None:
    seen = planned_closing(scene).stamp
    scene.granted("甲")

    with pytest.raises(NotPossible, match="有变化"), transaction.atomic():
        close(scene, seen=seen)
    close(scene, seen=planned_closing(scene).stamp)
    with pytest.raises(NotPossible, match="没有可关账"):
        close(scene)


def test_a_closing_is_asked_for_once_at_a_time(scene: Scene) -> None:
    ask_change(change=change(scene), by=scene.maker)

    with pytest.raises(NotPossible, match="等待另一人"):
        ask_change(change=change(scene), by=scene.checker)


def test_later_years_are_promised_when_their_budget_is_there(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    Instalment.objects.filter(grant=grant).update(amount_fen=1 * WAN)
    Instalment.objects.create(grant=grant, number=2, due=date(2023, 6, 1), amount_fen=WAN, whole_fen=WAN)
    home = scene.place.root
    plan = year_plan(home, 2023, LAST)
    assert (plan.count, plan.left, plan.left_fen) == (0, 1, WAN)
    Instalment.objects.filter(grant=grant, number=1).update(amount_fen=2 * WAN)

    close(scene)

    assert year_plan(home, 2023, LAST).amount_fen == WAN
    assert reserve_year(home=home, year=2023, day=LAST, by=scene.maker) == 1
    assert reserve_year(home=home, year=2023, day=LAST, by=scene.maker) == 0
    assert balance_of(NEXT) == 1197 * WAN
    assert (DAY.year, Instalment.objects.get(number=2).budget.year) == (2022, 2023)  # type: ignore[union-attr]


def test_a_grant_that_begins_next_year_gets_its_first_promise_then(scene: Scene) -> None:
    person = scene.entitled("甲")
    grant = grant_benefit(
        person=person,
        policy=POLICY,
        benefit=BENEFIT,
        source_key="later",
        by=scene.maker,
        day=DAY,
        first_due=date(2023, 3, 1),
    )
    close(scene)

    assert reserve_year(home=scene.place.root, year=2023, day=LAST, by=scene.maker) == 1
    assert balance_of(f"reserved:{grant.name}") == 2 * WAN
    assert verify().difference is None
