"""A case from handing in to its end: rows, history, letters, effects; who was quicker; what never happens twice."""

from __future__ import annotations

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.messaging.models import Message
from juxian.apps.persons.models import Fact
from juxian.apps.services import registry
from juxian.apps.services.actions import (
    NotTakenIn,
    Overtaken,
    Wanted,
    act_on_case,
    carry_out_waiting,
    submit_application,
    sweep_timers,
)
from juxian.apps.services.actions.telling import letter_values
from juxian.apps.services.models import (
    Case,
    CaseEffect,
    CaseEvent,
    CaseLetter,
    Definition,
    FreezePeriod,
    Seat,
    Timer,
    Turn,
)
from juxian.apps.services.queries.loading import CASE_PARTS, load, with_history
from juxian.apps.services.queries.visible import visible_to
from juxian.apps.services.registry import EffectRefused, effect
from juxian.core.services import CaseRefused
from juxian.core.services.cases import Message as Told
from juxian.core.text import Text
from juxian.core.workdays import from_chinesecalendar
from tests.apps.services.stage import ANSWERS, CLAIM, FILES, OPENED, Stage, example, offer
from tests.core.services.place import at
from tests.factories import OrganisationFactory, UserFactory


@pytest.fixture(autouse=True)
def own_effects(monkeypatch):
    monkeypatch.setattr(registry, "_applies", dict(registry._applies))


def reread(case: Case) -> Case:
    return Case.objects.select_related(*CASE_PARTS).get(pk=case.pk)


def actions_of(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).values_list("action", flat=True))


def test_a_claim_is_handed_in(stage: Stage):
    case = stage.submitted()

    assert (case.number, case.state, case.version, case.applicant) == (
        "JY-2026-000001",
        "endorse",
        2,
        "测试甲",
    )
    assert case.employer == stage.place.employer
    assert actions_of(case) == ["open", "submit"]
    assert {timer.key: str(timer.due_on) for timer in Timer.objects.all()} == {
        "service": "2026-03-06",
        "endorse": "2026-01-12",
    }
    [seat] = Seat.objects.filter(open=True)
    assert (seat.role, seat.place, seat.organisation, str(seat.due_on)) == (
        "employer", "employer", stage.place.employer, "2026-01-12",
    )  # fmt: skip
    assert [entry.action for entry in AuditEntry.objects.order_by("id")][-2:] == [
        "services.opened",
        "services.submitted",
    ]


def test_the_receipt_goes_to_applicant_and_handlers_once(stage: Stage):
    case = stage.submitted()

    letter = CaseLetter.objects.get()
    assert letter.subject_zh == "安家补贴申领已收到"
    assert "JY-2026-000001" in letter.body_zh
    assert {message.recipient for message in Message.objects.all()} == {stage.applicant, stage.employer}
    assert Message.objects.first().link == f"/cases/{case.number}/"


def test_a_letter_names_a_page_that_its_reader_can_open(stage: Stage, settings):
    settings.JUXIAN_PUBLIC_ADDRESS = "https://talent.example/"
    case = stage.submitted()

    with_account, without, handlers = (
        letter_values(case, Told("receipt", to, {}), "zh", people)["link"]
        for to, people in ((("applicant",), {stage.person.pk}), (("applicant",), ()), (("handlers",), ()))
    )

    assert with_account == handlers == f"https://talent.example/cases/{case.number}/"
    assert without == f"https://talent.example/p/{stage.root.pack}/progress/?number={case.number}"


def test_a_refused_application_leaves_nothing(stage: Stage):
    with pytest.raises(CaseRefused) as refused:
        submit_application(
            home=stage.root, service=CLAIM, by=stage.applicant, person=stage.person,
            answers={**ANSWERS, "claimed": "20万元", "large_reason": "多"}, materials=FILES, at=OPENED,
        )  # fmt: skip

    assert set(refused.value.fields) == {"form"}
    assert Case.objects.count() == 0


def test_the_whole_way_to_a_grant(stage: Stage):
    case = stage.decided()
    case = stage.does(case, stage.second, "confirm")
    assert case.state == "notice"

    sweep_timers(at=at("2026-01-20 08:00"))

    case = reread(case)
    assert (case.state, case.result, case.on_time) == ("granted", "granted", True)
    assert actions_of(case) == [
        "open", "submit", "endorse", "pass", "pass", "pass", "pass", "propose", "confirm", "grant", "quiet",
    ]  # fmt: skip
    assert not Turn.objects.filter(current=True).exists()
    assert not Timer.objects.exists()
    fact = Fact.objects.get(kind="benefit_received", person=stage.person)
    assert (fact.value["benefit"], fact.value["amount"], fact.source.reference) == (
        "settlement", 6_000_000, case.number,
    )  # fmt: skip
    assert CaseEffect.objects.get(kind="grant").state == "waiting"


def test_the_rows_hold_what_the_engine_holds(stage: Stage):
    """Every transition through the rows gives the case that it would be had it never left memory."""
    service, calendar = example(stage.place.pack), from_chinesecalendar()
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    case = stage.does(
        case, stage.clerks["finance"], "return", task="checks/money", marks=[("account", "位数")]
    )
    case = stage.does(case, stage.applicant, "supplement", "2026-01-08 09:00", answers={"account": "6222"})
    rows = load(reread(case))

    whole = with_history(rows, case.events.all())

    assert whole.returns == 1
    assert [event.action for event in whole.history] == ["open", "submit", "endorse", "return", "supplement"]
    assert whole.timer("service").term.pauses
    assert calendar.due(whole.timer("service").term).day == whole.timer("service").deadline.day
    assert service.digest == whole.definition


def test_two_officers_at_one_step_the_second_is_told(stage: Stage):
    case = stage.submitted()
    seen = case.version
    stage.does(case, stage.employer, "endorse")

    with pytest.raises(Overtaken) as told:
        act_on_case(
            case=case,
            wanted=Wanted("decline", reason="迟"),
            by=stage.employer,
            expected_version=seen,
            at=OPENED,
        )

    assert str(stage.employer) in str(told.value)
    assert reread(case).state == "checks"


def test_a_step_after_withdrawal_is_refused(stage: Stage):
    case = stage.submitted()
    stage.does(case, stage.applicant, "withdraw", reason="计划有变")

    with pytest.raises(CaseRefused) as refused:
        stage.does(case, stage.employer, "endorse")

    assert refused.value.why == "ended"
    assert reread(case).result == "withdrawn"


def test_a_stranger_may_do_nothing(stage: Stage):
    case = stage.submitted()

    for user in (UserFactory(role="employer", organisation=OrganisationFactory()), stage.clerks["finance"]):
        with pytest.raises(CaseRefused) as refused:
            stage.does(case, user, "endorse")
        assert refused.value.why == "not_yours"


def test_who_sees_a_case(stage: Stage):
    case = stage.does(stage.submitted(claimed="3万元"), stage.employer, "endorse")
    elsewhere = UserFactory(role="office", organisation=OrganisationFactory())

    sees = {
        name: visible_to(user).filter(pk=case.pk).exists()
        for name, user in {
            "applicant": stage.applicant, "employer": stage.employer, "office": stage.office,
            "finance": stage.clerks["finance"], "housing": stage.clerks["housing"], "elsewhere": elsewhere,
        }.items()
    }  # fmt: skip

    assert sees == {
        "applicant": True, "employer": True, "office": True, "finance": True, "housing": False, "elsewhere": False,
    }  # fmt: skip


def test_work_without_a_unit_falls_to_the_office(stage: Stage):
    case = stage.submitted()
    for post in stage.clerks["finance"].posts.all():
        post.delete()
    stage.units["finance"].delete()
    case = stage.does(case, stage.employer, "endorse")

    seat = Seat.objects.get(place="unit:finance")
    assert seat.organisation == stage.root
    assert stage.does(case, stage.office, "pass", task="checks/money").version == case.version + 1


def test_effects_are_done_once_and_tried_again_when_refused(stage: Stage):
    done: list[str] = []

    def pay(call):
        if not done and call.case.number and not allowed:
            raise EffectRefused(Text("预算不足", "no budget left"))
        done.append(call.key)
        return "entry:1"

    allowed: list[bool] = []
    effect("grant", pay)
    case = stage.does(stage.decided(), stage.second, "confirm")
    sweep_timers(at=at("2026-01-20 08:00"))
    assert CaseEffect.objects.get(kind="grant").waits_for == "预算不足"

    allowed.append(True)
    carry_out_waiting()
    carry_out_waiting()

    assert len(done) == 1
    assert done[0].startswith(f"{case.number}:")
    assert CaseEffect.objects.get(kind="grant").made == "entry:1"


def test_nothing_is_taken_in_while_it_is_frozen(stage: Stage):
    FreezePeriod.objects.create(
        home=stage.root,
        service=CLAIM,
        since=OPENED.date(),
        until=at("2026-01-10 00:00").date(),
        reason="年终结算",
    )

    with pytest.raises(NotTakenIn, match="年终结算"):
        stage.submitted()

    assert stage.submitted(at("2026-01-10 09:00")).state == "endorse"


def test_a_running_case_keeps_its_definition(stage: Stage, monkeypatch):
    case = stage.submitted()
    text = example(stage.place.pack).origin.source.text.replace(
        "title: {zh: 单位推荐", "title: {zh: 单位初审"
    )
    offer(monkeypatch, stage.place.pack, example(stage.place.pack, text=text))

    old, new = stage.does(case, stage.employer, "endorse"), stage.submitted()

    assert old.definition != new.definition
    assert Definition.objects.count() == 2
    assert old.state == "checks"


def test_an_officer_acts_for_the_applicant_with_trace(stage: Stage):
    case = submit_application(
        home=stage.root, service=CLAIM, by=stage.office, person=stage.person, answers=ANSWERS, materials=FILES,
        for_applicant=True, paper=True, at=OPENED,
    )  # fmt: skip

    event = case.events.last()
    assert (event.actor, event.on_behalf, case.paper) == (stage.office, f"person:{stage.person.pk}", True)


def test_a_merged_applicant_goes_on_with_the_record_that_stands(stage: Stage):
    case = stage.decided()
    keep = stage.place.person("测试乙")
    stage.person.merged_into = keep
    stage.person.save()

    stage.does(case, stage.second, "confirm")
    sweep_timers(at=at("2026-01-20 08:00"))

    assert Fact.objects.get(kind="benefit_received").person == keep
