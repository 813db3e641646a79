"""Who has become entitled is asked again only where something changed, told once, and granted without application."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.messaging.models import Message
from juxian.apps.persons.actions import FactDraft, record_facts, withdraw_fact
from juxian.apps.persons.models import Person, Profile
from juxian.apps.policies import registry
from juxian.apps.policies.actions import (
    FoundChanged,
    decline_found,
    find_entitled,
    finding,
    grant_due,
    grant_found,
    publish_text,
    want_again,
)
from juxian.apps.policies.models import Examined, FindRun, Found, Turning
from juxian.apps.policies.queries import pack_in_force
from juxian.apps.policies.tasks import find_everywhere
from juxian.core.policy.drafts import read_draft
from tests.factories import SourceFactory
from tests.web.places import Place, make_place

pytestmark = pytest.mark.django_db
DAY = date(2022, 6, 1)
INTRODUCED = date(2021, 9, 1)
POLICY = "settlement-subsidy"
BASE = "settlement-base"


@pytest.fixture
def place(settings) -> Place:
    settings.JUXIAN_TODAY = DAY
    return make_place()


def draft(kind: str, since: date = INTRODUCED, **value: object) -> FactDraft:
    return FactDraft(kind, value, since)


def entitled(place: Place, name: str = "甲", facts: tuple[FactDraft, ...] = ()) -> Person:
    """Somebody who gets the lowest grade of the settlement subsidy once introduced for five years."""
    rest = [
        draft("title", level="junior"),
        draft("talent_class", level="unclassed"),
        draft("education", date(2012, 7, 1), degree="bachelor", school="某校", school_tags=[]),
    ]
    return place.person(name, degree="bachelor", facts=[*rest, *facts])


def introduce(person: Person, since: date = INTRODUCED) -> None:
    facts = [draft("introduction", since, mode="full_time", service_months=60)]
    record_facts(person=person, facts=facts, source=SourceFactory())


def find(place: Place, day: date = DAY, **values: object) -> FindRun:
    return find_entitled(pack=pack_in_force(place.pack.code, day), as_of=day, **values)


def rows(**filters: object) -> set[tuple[object, ...]]:
    found = Found.objects.filter(policy=POLICY, **filters)
    return set(found.values_list("person__name", "benefit", "amount_fen", "state"))


def publish(place: Place, old: str, new: str, day: date, policy: str = POLICY) -> None:
    text = place.pack.policies[policy].origin.source.text
    assert old in text
    other, problems = read_draft(text.replace(old, new), policy, place.pack.schema)
    assert other is not None, problems
    publish_text(pack=place.pack.code, policy=other, text=other.origin.source.text, effective_on=day)


# --- what is asked again -----------------------------------------------------------------------------------------------


def test_the_first_run_finds_how_things_stand_and_tells_nobody(place):
    person = entitled(place)
    introduce(person)
    place.user(Role.PERSON, person=person)

    run = find(place)

    assert rows() == {("甲", BASE, 2_000_000, "known")}
    assert (run.found, run.asked, run.since) == (0, 1, None)
    assert not Message.objects.exists()


def test_somebody_who_becomes_entitled_is_told_once_and_so_is_the_employer(place):
    person, _other = entitled(place), entitled(place, "乙")
    account = place.user(Role.PERSON, person=person)
    employer = place.user(Role.EMPLOYER)
    find(place)
    introduce(person)

    run, again = find(place), find(place)

    assert rows() == {("甲", BASE, 2_000_000, "new")}
    assert (run.found, run.asked, again.asked) == (1, 1, 0)
    told = Message.objects.filter(template__startswith="policies.")
    assert sorted(told.values_list("recipient", "template")) == sorted(
        [(account.pk, "policies.found"), (employer.pk, "policies.found_employer")]
    )
    assert "安家补贴（最低档）" in told.get(recipient=account).body_zh
    assert AuditEntry.objects.filter(action="policies.searched").count() == 3


def test_a_fact_that_is_backdated_counts_from_the_next_run_on(place):
    person = entitled(place)
    find(place, DAY)
    introduce(person, date(2018, 3, 1))

    run = find(place, DAY + timedelta(days=1))

    assert rows() == {("甲", BASE, 2_000_000, "new")}
    assert run.asked == 1


def test_what_no_longer_holds_ends_and_is_found_anew_when_it_holds_again(place):
    person = entitled(place)
    introduce(person)
    find(place)
    withdraw_fact(fact=person.facts.get(kind="introduction"), by=None, reason="登记有误")

    ended = find(place, DAY + timedelta(days=1))
    introduce(person)
    find(place, DAY + timedelta(days=2))

    assert ended.ended == 1
    assert set(Found.objects.values_list("state", "ended_on")) == {
        ("known", DAY + timedelta(days=1)),
        ("new", None),
    }


def test_a_fact_that_begins_later_counts_on_its_day(place):
    begins = DAY + timedelta(days=40)
    person = entitled(place)
    introduce(person, begins)
    find(place)

    before, after = find(place, begins - timedelta(days=1)), find(place, begins)

    assert (before.found, after.found) == (0, 1)
    assert after.asked == 1


def test_the_day_alone_turns_an_answer(place):
    """Within two years of coming: the person is asked again on that day, and not on the day before it."""
    publish(
        place,
        "约定服务期 >= 60个月 and 学历 >= 本科",
        "约定服务期 >= 60个月 and years_since(引进日期) < 2",
        DAY,
    )
    person = entitled(place)
    introduce(person, date(2021, 9, 15))
    turns = date(2023, 9, 15)
    find(place)
    find(place, turns - timedelta(days=2))

    before = find(place, turns - timedelta(days=1))
    day = Turning.objects.get(person=person, policy=POLICY).turns_on
    after = find(place, turns)

    assert day == turns
    assert (before.asked, before.ended) == (0, 0)
    assert (after.asked, after.ended) == (1, 1)


def test_a_policy_that_is_published_asks_everybody_about_it_alone(place, monkeypatch):
    people = [entitled(place, name) for name in "甲乙"]
    for person in people:
        introduce(person)
    find(place)
    tomorrow = DAY + timedelta(days=1)
    publish(place, "amount: 2万元", "amount: 3万元", tomorrow)
    asked = []
    monkeypatch.setattr(
        finding,
        "sweep",
        lambda policies, *rest: asked.append([p.id for p in policies]) or REAL(policies, *rest),
    )

    today, run = find(place, DAY), find(place, tomorrow)

    assert (today.asked, run.asked, run.altered, run.changed) == (0, 2, 2, [POLICY])
    assert asked == [[POLICY]]
    assert set(Found.objects.values_list("amount_fen", "before_fen")) == {(3_000_000, 2_000_000)}


REAL = finding.sweep


def test_a_policy_that_is_gone_ends_what_it_gave(place):
    introduce(entitled(place))
    find(place)
    pack = place.pack
    rest = {id_: policy for id_, policy in pack.policies.items() if id_ != POLICY}

    run = find_entitled(pack=replace(pack, policies=rest), as_of=DAY + timedelta(days=1))

    assert run.changed == [POLICY]
    assert not Found.objects.standing().filter(policy=POLICY).exists()


@pytest.mark.parametrize(("vocabulary", "derived"), [("earlier words", True), (None, False)])
def test_profiles_are_derived_anew_when_the_words_changed(place, vocabulary, derived):
    person = entitled(place)
    run = find(place)
    profile = Profile.objects.get(person=person)
    assert profile.values.pop("degree") == "bachelor"  # as words had it that knew no degree
    profile.save()
    FindRun.objects.filter(pk=run.pk).update(vocabulary=vocabulary or run.vocabulary)

    find(place)

    profile.refresh_from_db()
    assert ("degree" in profile.values) is derived


def test_a_version_that_begins_is_a_change_of_its_policy(place):
    find(place)
    yesterday = FindRun.objects.get()
    yesterday.texts = [
        [id_, digest, ["1999-01-01"] if id_ == POLICY else v] for id_, digest, v in yesterday.texts
    ]
    yesterday.save()

    assert find(place, DAY + timedelta(days=1)).changed == [POLICY]


# --- interrupted, at once ----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def test_an_interrupted_run_goes_on_where_it_stopped(place, monkeypatch):
    for number in range(5):
        introduce(entitled(place, f"人{number}"))
    monkeypatch.setattr(finding, "CHUNK", 2)
    ask, left = finding._ask, [2]

    def dies(*args, **values):
        if not left[0]:
            raise Killed
        left[0] -= 1
        ask(*args, **values)

    with monkeypatch.context() as patched:
        patched.setattr(finding, "_ask", dies)
        with pytest.raises(Killed):
            find(place, announce_first=True)
    half = Found.objects.filter(policy=POLICY).count()
    run = find(place, announce_first=True)

    assert half == 4
    assert FindRun.objects.get() == run
    assert (run.asked, run.found, Found.objects.filter(policy=POLICY).count()) == (5, 5, 5)


def test_an_interrupted_run_over_a_changed_policy_goes_on_where_it_stopped(place, monkeypatch):
    for number in range(5):
        introduce(entitled(place, f"人{number}"))
    find(place)
    tomorrow = DAY + timedelta(days=1)
    publish(place, "amount: 2万元", "amount: 3万元", tomorrow)
    monkeypatch.setattr(finding, "CHUNK", 2)
    keep, left = finding._keep, [1]

    def dies(*args):
        if not left[0]:
            raise Killed
        left[0] -= 1
        return keep(*args)

    with monkeypatch.context() as patched:
        patched.setattr(finding, "_keep", dies)
        with pytest.raises(Killed):
            find(place, tomorrow)
    half = Found.objects.filter(policy=POLICY, amount_fen=3_000_000).count()
    run = find(place, tomorrow)

    assert half == 2
    assert (run.asked, run.altered) == (5, 5)
    assert Found.objects.filter(policy=POLICY, amount_fen=3_000_000).count() == 5


def test_a_run_of_yesterday_that_was_interrupted_is_replaced_by_todays(place, monkeypatch):
    introduce(entitled(place))
    with monkeypatch.context() as patched:
        patched.setattr(finding, "_ask", lambda *args, **values: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            find(place)

    find(place, DAY + timedelta(days=1))

    assert list(FindRun.objects.order_by("id").values_list("state", flat=True)) == ["superseded", "finished"]
    assert rows() == {("甲", BASE, 2_000_000, "known")}


def test_a_change_while_a_run_reads_is_asked_by_the_next(place, monkeypatch):
    person = entitled(place)
    find(place)
    record_facts(person=person, facts=[draft("contact", phone="13800001235")], source=SourceFactory())
    settle = finding._settle

    def changes_meanwhile(root, ids, marks):
        if not person.facts.filter(kind="introduction").exists():
            introduce(person)
        settle(root, ids, marks)

    monkeypatch.setattr(finding, "_settle", changes_meanwhile)
    run = find(place)

    assert run.asked == 2  # it was asked once more by the same run, with the new fact
    assert rows() == {("甲", BASE, 2_000_000, "new")}
    assert not Examined.objects.exclude(changed=0, seen=0).exclude(changed=2, seen=2).exists()


# --- without application -----------------------------------------------------------------------------------------------


@pytest.fixture
def without(place) -> Place:
    """The lowest grade of the subsidy is given without application; ten days to object."""
    text = place.pack.policies[POLICY].origin.source.text
    at = text.index("id: settlement-base")
    changed = text[:at] + text[at:].replace(
        "delivery: application", "delivery: no_application\n    opt_out_days: 10", 1
    )
    other, problems = read_draft(changed, POLICY, place.pack.schema)
    assert other is not None, problems
    publish_text(pack=place.pack.code, policy=other, text=changed, effective_on=DAY - timedelta(days=9))
    find(place, DAY - timedelta(days=1))
    return place


@pytest.fixture
def granter(monkeypatch):
    """Grants that were asked for; those named in ``refuses`` are not possible."""
    made: list[tuple[str, str]] = []
    refuses: list[str] = []

    def grant(person, policy, benefit, key, day):
        if refuses:
            raise registry.NotGranted(refuses[0])
        made.append((f"{policy}/{benefit}", key))
        return "grant:7"

    monkeypatch.setattr(registry, "_granters", [grant])
    monkeypatch.setattr(registry, "_accounts", [lambda people: dict.fromkeys(people, True)])
    grant.made, grant.refuses = made, refuses  # type: ignore[attr-defined]
    return grant


def waiting(place: Place, name: str = "甲") -> Found:
    person = entitled(place, name)
    introduce(person)
    find(place)
    return Found.objects.get(person=person, policy=POLICY)


def test_it_is_granted_when_the_days_to_object_are_over(without, granter):
    found = waiting(without)
    account = without.user(Role.PERSON, person=found.person)

    early, late, again = (grant_due(DAY + timedelta(days=days)) for days in (9, 10, 11))

    found.refresh_from_db()
    assert (early, late, again) == ((0, 0), (1, 0), (0, 0))
    assert (found.state, found.outcome, found.decides_on) == ("granted", "grant:7", DAY + timedelta(days=10))
    assert granter.made == [(f"{POLICY}/{BASE}", f"found:{found.pk}")]
    assert "收款账户：已确认" in Message.objects.get(recipient=account).body_zh


def test_money_waits_for_confirmed_bank_details_and_says_so_once(without, granter, monkeypatch):
    found = waiting(without)
    account = without.user(Role.PERSON, person=found.person)
    known = {found.person_id: False}
    monkeypatch.setattr(registry, "_accounts", [lambda people: {person: known[person] for person in people}])

    nights = [grant_due(DAY + timedelta(days=days)) for days in (10, 11)]
    found.refresh_from_db()
    waits = (found.state, found.outcome)
    known[found.person_id] = True
    after = grant_due(DAY + timedelta(days=12))

    assert (nights, waits) == ([(0, 0), (0, 0)], ("waiting", "等待本人确认收款账户"))
    assert after == (1, 0)
    told = Message.objects.filter(recipient=account).order_by("pk").values_list("template", flat=True)
    assert list(told) == ["policies.found_account", "policies.found_granted"]
    assert Found.objects.get(pk=found.pk).outcome == "grant:7"
    assert AuditEntry.objects.filter(action="policies.found_waits").count() == 1


def test_an_officer_may_grant_before_the_bank_details_are_there(without, granter, monkeypatch):
    found = waiting(without)
    account = without.user(Role.PERSON, person=found.person)
    monkeypatch.setattr(registry, "_accounts", [lambda people: dict.fromkeys(people, False)])

    assert grant_found(found=found, by=without.user(Role.OFFICE)).state == "granted"
    assert "未登记或未确认" in Message.objects.get(recipient=account).body_zh


def test_the_person_is_told_of_the_day_before_it_is_granted(without):
    person = entitled(without)
    account = without.user(Role.PERSON, person=person)
    introduce(person)

    find(without)

    message = Message.objects.get(recipient=account)
    assert message.template == "policies.found_without_application"
    assert "2022-06-11" in message.body_zh


def test_who_declines_is_not_granted_unless_it_is_wanted_again(without, granter):
    found = waiting(without)
    user = without.user(Role.PERSON, person=found.person)

    decline_found(found=found, by=user, reason="不需要")
    declined = grant_due(DAY + timedelta(days=10))
    want_again(found=found, by=user)
    wanted = grant_due(DAY + timedelta(days=10))

    assert (declined, wanted) == ((0, 0), (1, 0))
    with pytest.raises(FoundChanged):
        decline_found(found=found, by=user)


def test_what_stands_against_a_grant_is_kept_and_may_be_tried_again(without, granter):
    found = waiting(without)
    granter.refuses.append("2022 年没有列支这项待遇的预算。")

    stopped = grant_due(DAY + timedelta(days=10))
    found.refresh_from_db()
    words = found.outcome
    granter.refuses.clear()
    grant_found(found=found, by=without.user(Role.OFFICE))

    assert (stopped, words) == ((0, 1), "2022 年没有列支这项待遇的预算。")
    assert Found.objects.get(pk=found.pk).state == "granted"


def test_who_is_no_longer_entitled_is_not_granted(without, granter):
    found = waiting(without)
    withdraw_fact(fact=found.person.facts.get(kind="introduction"), by=None, reason="登记有误")
    find(without, DAY + timedelta(days=1))

    assert grant_due(DAY + timedelta(days=10)) == (0, 0)
    assert granter.made == []


def test_what_was_granted_keeps_its_amount_when_the_policy_changes(without, granter):
    found = waiting(without)
    grant_found(found=found)
    text = (
        pack_in_force("jiayuguan", DAY)
        .policies[POLICY]
        .origin.source.text.replace("amount: 2万元", "amount: 3万元")
    )
    other, _ = read_draft(text, POLICY, without.pack.schema)
    publish_text(pack="jiayuguan", policy=other, text=text, effective_on=DAY + timedelta(days=1))

    run = find(without, DAY + timedelta(days=1))

    assert (run.changed, run.altered) == ([POLICY], 0)
    assert Found.objects.get(pk=found.pk).amount_fen == 2_000_000


def test_without_days_to_object_an_officer_decides(place, granter):
    text = place.pack.policies[POLICY].origin.source.text.replace(
        "delivery: application", "delivery: no_application"
    )
    other, _ = read_draft(text, POLICY, place.pack.schema)
    publish_text(pack=place.pack.code, policy=other, text=text, effective_on=DAY - timedelta(days=2))
    find(place, DAY - timedelta(days=1))
    found = waiting(place)

    assert (found.state, found.decides_on) == ("waiting", None)
    assert grant_due(DAY + timedelta(days=400)) == (0, 0)
    assert grant_found(found=found, by=place.user(Role.OFFICE)).state == "granted"


def test_the_night_asks_every_place_and_grants_what_is_due(without, granter, settings):
    found = waiting(without)
    settings.JUXIAN_TODAY = DAY + timedelta(days=10)

    words = find_everywhere()

    assert words == "asked 0, found 0, granted 1, stopped 0"
    assert Found.objects.get(pk=found.pk).state == "granted"


def test_the_text_of_a_row_can_be_read_again(place):
    introduce(entitled(place))
    find(place)

    found = Found.objects.get(policy=POLICY)

    assert found.snapshot.values["introduced_on"] == INTRODUCED.isoformat()
    assert found.digest in {row[1] for row in found.run.texts}
