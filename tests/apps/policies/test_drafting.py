"""A draft is a copy; two persons put it in force; what was decided before stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.packs.actions import install_pack
from juxian.apps.packs.queries import pack_on
from juxian.apps.persons.actions import withdraw_fact
from juxian.apps.persons.models import Person
from juxian.apps.policies.actions import (
    CasesFail,
    DraftChanged,
    DraftWrong,
    begin_draft,
    begin_simulation,
    drop_draft,
    publish_draft,
    replay_run,
    save_draft,
    submit_draft,
    sweep_pack,
)
from juxian.apps.policies.models import Determination, PolicyDraft, PolicyVersion, ProfileSnapshot, Simulation
from juxian.apps.policies.queries import cases_in_force, cases_of_draft, days_to_come, profile_of
from juxian.apps.policies.rules import may_publish
from juxian.apps.policies.tasks import simulate
from juxian.core.policy.drafts import run_draft_cases
from juxian.core.source import Rejected
from tests.web.places import Place, make_place

pytestmark = pytest.mark.django_db
TODAY = date(2022, 6, 1)
TOMORROW = TODAY + timedelta(days=1)
POLICY, AMOUNT, OTHER = "settlement-subsidy", "5万元", "6万元"


@pytest.fixture
def place(settings) -> Place:
    settings.JUXIAN_TODAY = TODAY
    place = make_place()
    for number in range(3):
        place.person(f"测试{number}", degree="doctor")
    return place


def draft_of(place: Place, by, old: str = AMOUNT, new: str = OTHER) -> PolicyDraft:
    draft = begin_draft(pack=place.pack, policy=place.pack.policies[POLICY], root=place.root, by=by)
    text = draft.text.replace(old, new)
    assert text != draft.text
    cases = draft.cases.replace(f"amount: {old}", f"amount: {new}")
    return save_draft(draft=draft, text=text, cases=cases, revision=1, root=place.root, by=by)


def published(place: Place, day: date = TOMORROW, **changes: str) -> PolicyDraft:
    author, second = place.user(Role.OFFICE), place.user(Role.OFFICE)
    draft = draft_of(place, author, **changes)
    draft = submit_draft(draft=draft, effective_on=day, pack=place.pack, root=place.root, by=author)
    return publish_draft(draft=draft, pack=place.pack, root=place.root, by=second)


def text_on(place: Place, day: date) -> str:
    return pack_on(place.pack.code, day).policies[POLICY].origin.source.text


def test_a_published_text_counts_from_its_day_on(place):
    draft = published(place)

    assert text_on(place, TODAY) == place.pack.policies[POLICY].origin.source.text
    assert text_on(place, TOMORROW) == draft.text
    assert list(pack_on(place.pack.code, TOMORROW).policies) == list(place.pack.policies)
    entries = AuditEntry.objects.filter(action__startswith="policies.").order_by("id")
    assert list(entries.values_list("action", flat=True)) == [
        "policies.draft_begun", "policies.draft_saved", "policies.draft_submitted", "policies.published",
    ]  # fmt: skip


def test_nobody_publishes_an_own_draft(place):
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author)
    draft = submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    assert not may_publish(author, draft, place.root)
    with pytest.raises(DraftChanged):
        publish_draft(draft=draft, pack=place.pack, root=place.root, by=author)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyDraft.objects.filter(pk=draft.pk).update(state="published", published_by=author)
    assert may_publish(place.user(Role.OFFICE), draft, place.root)


def test_a_text_with_mistakes_is_not_submitted(place):
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author, new="很多钱")

    with pytest.raises(DraftWrong) as wrong:
        submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    assert all(problem.span for problem in wrong.value.problems)


def failing(place: Place, by) -> PolicyDraft:
    """A draft with another amount, whose cases still expect the old one."""
    draft = draft_of(place, by)
    return save_draft(
        draft=draft, text=draft.text, cases=cases_in_force(place.pack, POLICY), revision=draft.revision,
        root=place.root, by=by,
    )  # fmt: skip


def test_a_text_whose_cases_fail_is_not_submitted(place):
    author = place.user(Role.OFFICE)
    draft = failing(place, author)

    with pytest.raises(CasesFail) as wrong:
        submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    assert wrong.value.names == ["双一流本科生"]
    draft.refresh_from_db()
    assert draft.state == PolicyDraft.State.WRITING


def test_a_text_whose_cases_fail_is_not_published(place):
    """One that was submitted before cases were asked for."""
    draft = failing(place, place.user(Role.OFFICE))
    PolicyDraft.objects.filter(pk=draft.pk).update(state="submitted", effective_on=TOMORROW)
    draft.refresh_from_db()

    with pytest.raises(CasesFail):
        publish_draft(draft=draft, pack=place.pack, root=place.root, by=place.user(Role.OFFICE))

    assert not PolicyVersion.objects.filter(effective_on=TOMORROW).exists()


def test_cases_that_cannot_be_read_are_not_submitted(place):
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author)
    draft = save_draft(
        draft=draft, text=draft.text, cases=draft.cases + "- name: [", revision=2, root=place.root, by=author
    )

    with pytest.raises(DraftWrong):
        submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)


def test_a_policy_without_cases_is_submitted(place):
    """The head of the file alone, as a policy begins that the pack has no cases for."""
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author)
    head = f"policy: {POLICY}\ncases:\n"
    draft = save_draft(draft=draft, text=draft.text, cases=head, revision=2, root=place.root, by=author)

    draft = submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    assert draft.state == PolicyDraft.State.SUBMITTED
    assert run_draft_cases(head, place.pack.policies[POLICY], (), place.pack.schema) == ([], [])


def test_further_cases_of_an_older_draft_count_beside_those_in_force(place):
    author = place.user(Role.OFFICE)
    draft = begin_draft(pack=place.pack, policy=place.pack.policies[POLICY], root=place.root, by=author)
    PolicyDraft.objects.filter(pk=draft.pk).update(cases=FURTHER)
    draft.refresh_from_db()

    with pytest.raises(CasesFail) as wrong:
        submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    assert wrong.value.names == ["增加的"]
    assert cases_of_draft(draft, place.pack) == cases_in_force(place.pack, POLICY) + FURTHER


def test_cases_stay_with_the_text_they_were_published_with(place):
    draft = published(place)
    files, then = cases_in_force(place.pack, POLICY), pack_on(place.pack.code, TOMORROW)

    again = begin_draft(pack=then, policy=then.policies[POLICY], root=place.root, by=place.user(Role.OFFICE))

    assert cases_in_force(then, POLICY) == again.cases == draft.cases
    assert files != draft.cases


def test_two_who_write_at_once_do_not_overwrite_each_other(place):
    draft = draft_of(place, place.user(Role.OFFICE))

    with pytest.raises(DraftChanged):
        save_draft(
            draft=draft, text="policy: x", cases="", revision=1, root=place.root, by=place.user(Role.OFFICE)
        )

    draft.refresh_from_db()
    assert OTHER in draft.text


def test_a_text_that_is_changed_after_submission_is_submitted_again(place):
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author)
    draft = submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)

    draft = save_draft(
        draft=draft,
        text=draft.text + "\n",
        cases=draft.cases,
        revision=draft.revision,
        root=place.root,
        by=author,
    )

    assert draft.state == PolicyDraft.State.WRITING


def test_a_draft_that_was_dropped_is_written_no_more(place):
    author = place.user(Role.OFFICE)
    draft = draft_of(place, author)

    assert drop_draft(draft=draft, root=place.root, by=author)
    assert not drop_draft(draft=draft, root=place.root, by=author)
    with pytest.raises(DraftChanged):
        save_draft(draft=draft, text="x", cases="", revision=draft.revision, root=place.root, by=author)


def test_an_upgrade_of_the_pack_does_not_put_back_what_was_published(place):
    install_pack(place.pack)
    draft = published(place)
    install_pack(place.pack)

    assert text_on(place, TOMORROW) == draft.text


def test_a_text_that_waits_for_its_day_is_told_unless_a_newer_one_took_its_place(place):
    install_pack(place.pack)
    published(place, day=TODAY + timedelta(days=30))
    waiting = days_to_come(place.pack.code, POLICY, TODAY)
    published(place, day=TODAY + timedelta(days=10), new="7万元")

    assert waiting == [TODAY + timedelta(days=30)]
    assert days_to_come(place.pack.code, POLICY, TODAY) == [TODAY + timedelta(days=10)]
    assert days_to_come(place.pack.code, POLICY, TODAY + timedelta(days=10)) == []


def test_determinations_keep_text_profile_and_engine(place):
    run = sweep_pack(pack=place.pack, as_of=TODAY)

    found = list(run.determinations)
    assert found
    assert all(profile_of(item)["degree"] == "doctor" for item in found)
    assert ProfileSnapshot.objects.count() == 3
    sweep_pack(pack=place.pack, as_of=TOMORROW)
    assert ProfileSnapshot.objects.count() == 3
    assert [policy for policy, _digest in run.texts] == list(place.pack.policies)
    assert PolicyVersion.objects.filter(digest__in=[digest for _policy, digest in run.texts]).exists()
    assert run.engine_version
    assert run.vocabulary


def test_yesterdays_decisions_come_out_again_whatever_changes(place):
    before = sweep_pack(pack=place.pack, as_of=TODAY)
    published(place)
    fact = Person.objects.order_by("pk")[0].facts.get(kind="education")
    withdraw_fact(fact=fact, by=None, reason="证书有误")
    after = sweep_pack(pack=pack_on(place.pack.code, TOMORROW), as_of=TOMORROW)

    replays = [replay_run(run=run, pack=place.pack) for run in (before, after)]

    assert [replay.exact and replay.vocabulary and replay.engine for replay in replays] == [True, True]
    assert [replay.same for replay in replays] == [run.determinations.count() for run in (before, after)]
    assert before.texts != after.texts


def test_a_changed_determination_is_told(place):
    run = sweep_pack(pack=place.pack, as_of=TODAY)
    forged = run.determinations.first()
    Determination.objects.filter(pk=forged.pk).update(amount_fen=forged.amount_fen + 1)

    replay = replay_run(run=run, pack=place.pack)

    assert [item.determination.pk for item in replay.otherwise] == [forged.pk]
    assert not replay.exact


def test_a_simulation_counts_scenarios_side_by_side(place):
    text = place.pack.policies[POLICY].origin.source.text
    scenarios = [{"name": "现行", "text": text}, {"name": "提高", "text": text.replace(AMOUNT, OTHER)}]

    simulation = begin_simulation(
        pack=place.pack, policy=POLICY, scenarios=scenarios, as_of=TODAY, root=place.root, by=place.user(Role.OFFICE)
    )  # fmt: skip
    simulate.enqueue(simulation.pk)

    found = Simulation.objects.get(pk=simulation.pk)
    assert (found.done, found.total, bool(found.finished_at)) == (2, 2, True)
    assert [item["name"] for item in found.result] == ["现行", "提高"]
    assert found.result[0]["benefits"] == []


def test_a_simulation_of_a_text_with_mistakes_is_refused(place):
    with pytest.raises(DraftWrong):
        begin_simulation(
            pack=place.pack, policy=POLICY, scenarios=[{"name": "x", "text": "policy: ["}], as_of=TODAY, root=place.root,
            by=place.user(Role.OFFICE),
        )  # fmt: skip


def without_introductions(pack):
    """The pack as if the kind of fact, and the fields that come from it, were taken away."""
    schema = pack.schema
    fields = {
        name: field
        for name, field in schema.profile.items()
        if not any(rule.kind == "introduction" for rule in field.derive)
    }
    kinds = {code: kind for code, kind in schema.kinds.items() if code != "introduction"}
    return replace(pack, schema=replace(schema, kinds=kinds, profile=fields))


def test_a_draft_is_told_of_a_kind_of_fact_that_was_taken_away(place):
    """On the desk: what is written against the smaller vocabulary is neither handed in nor published."""
    author, second = place.user(Role.OFFICE), place.user(Role.OFFICE)
    draft = draft_of(place, author)
    smaller = without_introductions(place.pack)

    with pytest.raises(DraftWrong) as refused:
        submit_draft(draft=draft, effective_on=TOMORROW, pack=smaller, root=place.root, by=author)
    draft = submit_draft(draft=draft, effective_on=TOMORROW, pack=place.pack, root=place.root, by=author)
    with pytest.raises(DraftWrong) as unpublished:
        publish_draft(draft=draft, pack=smaller, root=place.root, by=second)

    assert refused.value.problems[0].render("zh") == TAKEN_AWAY
    assert unpublished.value.problems == refused.value.problems


def test_a_kind_of_fact_that_a_published_text_uses_is_not_taken_away(place):
    """The pack without introductions: refused with every place where the text asks for one."""
    published(place, day=TODAY)
    smaller = without_introductions(place.pack)

    with pytest.raises(Rejected) as refused:
        install_pack(smaller)

    told = {(problem.code, problem.path, problem.span is not None) for problem in refused.value.problems}
    assert told == {(code, f"policies/{POLICY}.yaml", True) for code in ("P201", "P205", "P312")}
    assert refused.value.problems[0].render("zh") == TAKEN_AWAY
    install_pack(place.pack)  # with its words, all is well


FURTHER = """- name: 增加的
  person: {引进日期: 2021-01-01, 引进方式: 柔性, 学历: 博士}
  day: 2022-06-01
  expect: {settlement-middle: yes}
"""
TAKEN_AWAY = f"""\
policies/{POLICY}.yaml:12:15: “引进日期”不是日期字段 [P312]
      applies_by: 引进日期
                  ^^^^^^^^
    提示: 可写：出生日期、毕业日期、职称取得日期、认定日期、入职日期、首次参保日期"""
