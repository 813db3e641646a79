"""Officers, cover, handing over, the conference, ratings, new versions: each leaves its line in the history."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.accounts.models import Post, User
from juxian.apps.services.actions import (
    AlreadyRated,
    NotOnAgenda,
    NotTaken,
    assign_officer,
    close_conference,
    convene,
    cover_for,
    escalate,
    freeze,
    hand_over,
    move_to_current,
    move_turn,
    name_officer,
    rate,
    redate_cases,
    reply_to_rating,
    resolve,
    sweep_timers,
    take_turn,
    upload_year,
)
from juxian.apps.services.models import Case, Seat, Timer, Turn
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.queries.figures import service_figures, unit_figures
from juxian.apps.services.queries.loading import CASE_PARTS
from juxian.apps.services.queries.queue import in_view, lens_of, seats_of
from juxian.apps.services.queries.visible import visible_to
from juxian.apps.services.rules import may_act_for_applicant, may_rate
from juxian.core.source import Rejected
from tests.apps.services.stage import CLAIM, OPENED, Stage, example, offer
from tests.core.services.place import at
from tests.factories import OrganisationFactory, UserFactory

DAY = OPENED.date()
YEAR_2027 = "2027-01-01, 放假, 元旦\n2027-02-05..2027-02-11, 放假, 春节\n2027-01-30, 上班, 春节"


@pytest.fixture(autouse=True)
def on_the_day(stage: Stage, settings):
    settings.JUXIAN_TODAY = DAY


def reread(case: Case) -> Case:
    return Case.objects.select_related(*CASE_PARTS).get(pk=case.pk)


def test_the_officer_of_a_person_helps_with_cases_that_run_and_that_come(stage: Stage):
    first = stage.submitted()
    officer = UserFactory(role="office", organisation=stage.root)

    name_officer(person=stage.person, officer=officer, by=stage.office)

    assert (reread(first).officer, stage.submitted().officer) == (officer, officer)
    assert first.events.last().action == "assign"


def test_who_stands_in_sees_and_does_what_the_absent_one_would(stage: Stage):
    clerk = stage.clerks["finance"]
    case = assign_officer(case=stage.submitted(), officer=stage.office, by=stage.second)
    assert not visible_to(clerk).filter(pk=case.pk).exists()

    cover_for(
        absent=stage.office, stand_in=clerk, since=DAY, until=date(2026, 1, 20), by=stage.second, path=""
    )

    assert visible_to(clerk).filter(pk=case.pk).exists()


def test_who_left_the_place_helps_there_no_more(stage: Stage):
    officer = stage.clerks["finance"]
    case = assign_officer(case=stage.submitted(), officer=officer, by=stage.office)
    there = (visible_to(officer).filter(pk=case.pk).exists(), bool(may_act_for_applicant(officer, case)))

    officer.posts.update(until=DAY)
    Post.objects.create(
        user=officer, role="office", organisation=OrganisationFactory(code="elsewhere"), since=DAY
    )
    gone = User.objects.get(pk=officer.pk)

    assert there == (True, True)
    assert not visible_to(gone).filter(pk=case.pk).exists()
    assert not may_act_for_applicant(gone, reread(case))


def test_everything_is_handed_over(stage: Stage):
    cases = [assign_officer(case=stage.submitted(), officer=stage.office, by=stage.second) for _ in range(2)]

    count = hand_over(absent=stage.office, to=stage.second, home=stage.root, by=stage.second, reason="调岗")

    assert count == 2
    assert {reread(case).officer for case in cases} == {stage.second}


def test_a_turn_is_taken_once(stage: Stage):
    stage.does(stage.submitted(), stage.employer, "endorse")
    turn = Turn.objects.get(key="checks/money")
    colleague = UserFactory(role="department", organisation=stage.units["finance"])
    take_turn(turn=turn, by=stage.clerks["finance"])

    with pytest.raises(NotTaken):
        take_turn(turn=turn, by=colleague)

    clerk = stage.clerks["finance"]
    mine = in_view(seats_of(clerk, DAY), "mine", lens_of(clerk, DAY, current_calendar()))
    assert [seat.turn for seat in mine] == [turn]


def test_work_moves_to_another_unit(stage: Stage):
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    turn = Turn.objects.select_related("case__home").get(key="checks/money")

    move_turn(turn=turn, to=stage.units["housing"], by=stage.office, reason="职责调整")

    assert Seat.objects.get(turn=turn).organisation == stage.units["housing"]
    case = stage.does(reread(case), stage.clerks["housing"], "pass", task="checks/money")
    assert case.events.filter(action="pass", actor=stage.clerks["housing"]).count() == 1


def test_a_resolution_returns_to_the_case_once(stage: Stage):
    case = stage.submitted()
    meeting = convene(home=stage.root, title="第一次", day=DAY, by=stage.office)
    item = escalate(case=case, conference=meeting, question="是否受理", by=stage.office)

    resolve(item=item, resolution="受理", by=stage.office)

    assert [event.action for event in case.events.all()][-2:] == ["agenda", "resolution"]
    with pytest.raises(NotOnAgenda):
        resolve(item=item, resolution="不受理", by=stage.office)
    close_conference(conference=meeting, by=stage.office)
    meeting.refresh_from_db()
    with pytest.raises(NotOnAgenda):
        escalate(case=stage.submitted(), conference=meeting, question="迟了", by=stage.office)


def test_a_case_is_rated_once_by_its_applicant_after_its_end(stage: Stage):
    case = stage.submitted()
    assert not may_rate(stage.applicant, case)
    case = stage.does(case, stage.applicant, "withdraw")
    assert may_rate(stage.applicant, case)
    assert not may_rate(stage.office, case)

    rating = rate(case=case, stars=2, words="慢", by=stage.applicant)
    reply_to_rating(rating=rating, words="已改进", by=stage.office)

    with pytest.raises(AlreadyRated):
        rate(case=case, stars=5, words="", by=stage.applicant)
    rating.refresh_from_db()
    assert rating.reply == "已改进"


def test_figures_of_services_and_units(stage: Stage):
    stage.does(stage.decided(), stage.second, "confirm")
    stage.submitted()
    sweep_timers(at=at("2026-01-20 08:00"))

    figures = service_figures([stage.root.pk], date(2026, 1, 21))[CLAIM]
    units = {row.unit: row for row in unit_figures([stage.root.pk], date(2026, 1, 21))}

    assert (figures.running, figures.ended, figures.median_days, figures.in_time, figures.timed) == (
        1,
        1,
        4,
        1,
        1,
    )
    assert (units[stage.units["finance"]].done, units[stage.units["finance"]].in_time) == (1, 1)


def test_running_cases_move_to_a_new_version_on_purpose(stage: Stage, monkeypatch):
    case = stage.submitted()
    text = example(stage.place.pack).origin.source.text.replace(
        "    deadline: 5\n    may_return: true", "    deadline: 8\n    may_return: true", 1
    )
    new = example(stage.place.pack, text=text)
    offer(monkeypatch, stage.place.pack, new)

    tried = move_to_current(home=stage.root, service=CLAIM, by=stage.office, at=at("2026-01-06 09:00"))
    assert (list(tried.moved), tried.kept, reread(case).definition.digest == new.digest) == (
        [case.number],
        {},
        False,
    )
    move_to_current(home=stage.root, service=CLAIM, by=stage.office, dry_run=False, at=at("2026-01-06 09:00"))

    case = reread(case)
    assert case.definition.digest == new.digest
    assert str(Timer.objects.get(key="endorse").due_on) == "2026-01-15"
    assert str(Turn.objects.get(current=True).due_on) == "2026-01-15"
    assert case.events.last().action == "revise"


def test_a_case_that_cannot_move_says_why_and_stays(stage: Stage, monkeypatch):
    case = stage.submitted()
    text = (
        example(stage.place.pack)
        .origin.source.text.replace("endorse:\n    kind", "recommend:\n    kind")
        .replace("to: endorse", "to: recommend")
        .replace("[endorse, checks", "[recommend, checks")
    )
    offer(monkeypatch, stage.place.pack, example(stage.place.pack, text=text))

    found = move_to_current(home=stage.root, service=CLAIM, dry_run=False)

    assert found.moved == []
    assert [words.zh for words in found.kept[case.number]] == ["新版没有环节 endorse"]


def test_a_new_notice_dates_what_it_touches_and_nothing_else(stage: Stage):
    near = stage.submitted()
    far = stage.submitted(at("2026-12-10 10:00"))
    assert (near.provisional, far.provisional) == (False, True)

    upload_year(text=YEAR_2027, year=2027, by=stage.office)
    assert redate_cases(by=stage.office) == 1
    assert redate_cases(by=stage.office) == 0

    far = reread(far)
    timers = {timer.key: timer for timer in far.timers.all()}
    assert far.provisional is False
    assert timers["service"].due_on == current_calendar().deadline(date(2026, 12, 10), 40).day
    assert Seat.objects.get(case=far, open=True).due_on == timers["endorse"].due_on
    assert far.events.last().detail["service"][1] == timers["service"].due_on.isoformat()


def test_a_provisional_clock_does_nothing_until_it_is_settled(stage: Stage):
    case = stage.submitted(at("2026-12-28 10:00"))

    assert sweep_timers(at=at("2027-01-20 08:00")) == "0 timers"

    upload_year(text=YEAR_2027, year=2027, by=stage.office)
    redate_cases()
    sweep_timers(at=at("2027-01-20 08:00"))
    assert reread(case).state == "endorse"
    assert [timer.key for timer in Timer.objects.filter(case=case, told=True)] == ["endorse"]


def test_a_wrong_notice_is_told_and_nothing_changes(stage: Stage):
    with pytest.raises(Rejected):
        upload_year(text="2027-01-01 放假", year=2027, by=stage.office)

    assert max(current_calendar().years) == 2026


def test_a_freeze_is_of_one_service_or_of_all(stage: Stage):
    period = freeze(
        home=stage.root, service="", since=DAY, until=date(2026, 1, 10), reason="年终结算", by=stage.office
    )

    assert str(period) == "2026-01-05–2026-01-10"
