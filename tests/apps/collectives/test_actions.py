"""Teams and carriers: one leader at a time, periods, merging; pairs of two (团队、平台载体、师徒)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.collectives.actions import (
    CollectiveDraft,
    add_equipment,
    change_collective,
    change_role,
    close_collective,
    end_pairing,
    found_collective,
    join,
    leave,
    pair,
    retire_equipment,
)
from juxian.apps.collectives.models import Collective, Equipment, Pairing, Stay
from juxian.apps.collectives.queries import (
    collectives_visible_to,
    leaders_of,
    pairings_visible_to,
    sizes_of,
)
from juxian.apps.collectives.rules import NotPossible, may_manage
from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.linking.actions.merging import CannotMerge
from juxian.apps.privacy.actions import ask_to_erase, decide_erasure, retain
from juxian.apps.privacy.queries.copies import subject_export
from tests.factories import EmployerFactory, UserFactory
from tests.web.places import Place, make_place

START, DAY = date(2020, 1, 1), date(2022, 6, 1)


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    return make_place()


def founded(place: Place, kind: str = "innovation-team", name: str = "测试团队", **more: Any) -> Collective:
    draft = CollectiveDraft(kind=kind, name=name, host=place.employer, since=START, **more)
    return found_collective(home=place.root, draft=draft, by=None)


def paired(place: Place, mentor: Any, apprentice: Any, since: date = START, **more: Any) -> Pairing:
    return pair(
        home=place.root,
        kind="apprenticeship",
        mentor=mentor,
        apprentice=apprentice,
        since=since,
        by=None,
        **more,
    )


def test_there_is_one_leader_at_a_time(place: Place) -> None:
    team, by = founded(place), UserFactory()
    first, second = place.person(), place.person("测试乙")
    lead = join(collective=team, person=first, role="leader", since=START, by=by)
    other = join(collective=team, person=second, role="core", since=START, by=by)

    with pytest.raises(NotPossible, match="负责人同时只能有一人"):
        change_role(stay=other, role="leader", day=DAY, by=by, reason="接任")
    assert Stay.objects.filter(pk=other.pk, until=None).exists()  # nothing half done
    leave(stay=lead, day=date(2021, 1, 1), by=by, reason="调离")
    with pytest.raises(NotPossible, match="负责人同时只能有一人"):  # a day on which the first still led
        join(collective=team, person=place.person("测试丙"), role="leader", since=date(2020, 6, 1), by=by)
    change_role(stay=other, role="leader", day=date(2021, 1, 1), by=by, reason="接任")

    assert leaders_of([team], date(2020, 12, 31)) == {team.pk: first}
    assert leaders_of([team], date(2021, 1, 1)) == {team.pk: second}
    assert (sizes_of([team], date(2020, 6, 1)), sizes_of([team], DAY)) == ({team.pk: 2}, {team.pk: 1})


def test_the_database_refuses_two_leaders_and_a_pair_with_oneself(place: Place) -> None:
    team, person, other = founded(place), place.person(), place.person("测试乙")
    Stay.objects.create(collective=team, person=person, role="leader", leads=True, since=START)

    with pytest.raises(IntegrityError), transaction.atomic():
        Stay.objects.create(collective=team, person=other, role="leader", leads=True, since=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stay.objects.create(collective=team, person=person, role="core", since=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.create(
            home=place.root, kind="apprenticeship", mentor=person, apprentice=person, since=START
        )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"level": "unit"}, "level"),
        ({"due": date(2019, 1, 1)}, "due"),
        ({"name": "已有团队"}, "name"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(place: Place, values: dict[str, Any], field: str) -> None:
    founded(place, name="已有团队")

    with pytest.raises(NotPossible) as refused:
        founded(place, **{"kind": "innovation-team", **values})

    assert refused.value.field == field


def test_a_team_works_at_a_carrier_and_not_the_other_way_round(place: Place) -> None:
    laboratory = founded(place, "key-laboratory", "测试实验室", level="province")

    team = founded(place, carrier=laboratory)

    assert list(laboratory.teams.all()) == [team]
    with pytest.raises(NotPossible):
        founded(place, "incubator", "测试孵化器", carrier=laboratory)
    elsewhere = EmployerFactory()
    draft = CollectiveDraft(kind="incubator", name="外地", host=elsewhere, since=START)
    with pytest.raises(NotPossible, match="依托单位不在本地"):
        found_collective(home=place.root, draft=draft, by=None)


def test_a_change_tells_before_and_after(place: Place) -> None:
    team, by = founded(place, level="city"), UserFactory()
    join(collective=team, person=place.person(), role="core", since=date(2020, 3, 1), by=by)
    draft = CollectiveDraft("innovation-team", "测试团队", place.employer, START, level="province")

    change_collective(collective=team, draft=draft, by=by, reason="升格")

    entry = AuditEntry.objects.get(action="collectives.changed")
    assert (entry.detail, entry.reason) == ({"level": ["city", "province"]}, "升格")
    late = CollectiveDraft("innovation-team", "测试团队", place.employer, date(2021, 1, 1))
    with pytest.raises(NotPossible, match="不能晚于成员"):
        change_collective(collective=team, draft=late, by=by, reason="更正")
    carrier = CollectiveDraft("incubator", "测试团队", place.employer, START)
    with pytest.raises(NotPossible, match="不能互改"):
        change_collective(collective=team, draft=carrier, by=by, reason="更正")


def test_closing_lets_everybody_leave_and_nobody_in(place: Place) -> None:
    by, laboratory = UserFactory(), founded(place, "key-laboratory", "测试实验室")
    stay = join(collective=laboratory, person=place.person(), role="leader", since=START, by=by)
    made = add_equipment(
        collective=laboratory, name="质谱仪", pieces=1, worth_fen=100_00, shared=True, since=START, by=by
    )

    close_collective(collective=laboratory, day=DAY, by=by, reason="期满")

    stay.refresh_from_db()
    made.refresh_from_db()
    assert (stay.until, made.until) == (DAY, DAY)
    with pytest.raises(NotPossible, match="不能再加入"):
        join(collective=laboratory, person=place.person("测试乙"), role="core", since=DAY, by=by)
    with pytest.raises(NotPossible, match="已经撤销"):
        close_collective(collective=laboratory, day=DAY, by=by, reason="期满")
    assert list(Collective.objects.on(date(2022, 5, 31))) == [laboratory]
    assert not Collective.objects.on(DAY).exists()


def test_equipment_belongs_to_carriers_and_goes_out_of_use_once(place: Place) -> None:
    by, laboratory = UserFactory(), founded(place, "key-laboratory", "测试实验室")
    values = {"name": "离心机", "pieces": 2, "worth_fen": None, "shared": False, "since": START, "by": by}

    with pytest.raises(NotPossible):
        add_equipment(collective=founded(place), **values)
    made = add_equipment(collective=laboratory, **values)
    retire_equipment(equipment=made, day=DAY, by=by, reason="报废")

    assert Equipment.objects.get().until == DAY
    with pytest.raises(NotPossible, match="已经停用"):
        retire_equipment(equipment=made, day=DAY, by=by, reason="报废")


def test_pairs_have_two_sides_a_limit_and_an_outcome(place: Place) -> None:
    mentor, by = place.person(), UserFactory()
    apprentices = [place.person(f"测试{word}") for word in "甲乙丙丁戊己"]
    with pytest.raises(NotPossible, match="不能与自己结对"):
        paired(place, mentor, mentor)
    pairs = [paired(place, mentor, one) for one in apprentices[:5]]

    with pytest.raises(NotPossible, match="两人已经结对"):
        paired(place, mentor, apprentices[0])
    with pytest.raises(NotPossible, match="反向"):
        paired(place, apprentices[0], mentor)
    with pytest.raises(NotPossible, match="最多带 5 人"):
        paired(place, mentor, apprentices[5])
    with pytest.raises(NotPossible, match="没有这种结果"):
        end_pairing(pairing=pairs[0], day=DAY, outcome="won", by=by, reason="期满")
    end_pairing(pairing=pairs[0], day=DAY, outcome="completed", by=by, reason="期满")
    paired(place, mentor, apprentices[5], since=DAY)

    assert Pairing.objects.on(DAY).count() == 5
    assert AuditEntry.objects.filter(action="collectives.parted").get().detail["outcome"] == "completed"


def test_merging_carries_everything_and_unmerging_brings_it_back(place: Place) -> None:
    keep, drop, third, by = place.person(), place.person(), place.person("测试乙"), UserFactory()
    team = founded(place)
    stay = join(collective=team, person=drop, role="leader", since=START, by=by)
    as_mentor = paired(place, drop, third)
    as_apprentice = pair(
        home=place.root, kind="mentorship", mentor=third, apprentice=drop, since=START, by=by
    )

    merge = merge_persons(keep=keep, drop=drop, by=by)

    def people() -> list[int]:
        for row in (stay, as_mentor, as_apprentice):
            row.refresh_from_db()
        return [stay.person_id, as_mentor.mentor_id, as_apprentice.apprentice_id]

    assert people() == [keep.pk] * 3
    unmerge(merge=merge, by=by, reason="两个人")
    assert people() == [drop.pk] * 3


def test_two_records_that_are_members_or_a_pair_are_not_merged(place: Place) -> None:
    keep, drop, by = place.person(), place.person(), UserFactory()
    one = paired(place, keep, drop)
    with pytest.raises(CannotMerge, match="师徒结对"):
        merge_persons(keep=keep, drop=drop, by=by)
    one.delete()
    team = founded(place)
    for person in (keep, drop):
        join(collective=team, person=person, role="core", since=START, by=by)

    with pytest.raises(CannotMerge, match="团队与平台成员"):
        merge_persons(keep=keep, drop=drop, by=by)


def test_everybody_sees_their_own(place: Place) -> None:
    person, other = place.person(), place.person("测试乙")
    team, other_unit = founded(place), EmployerFactory(parent=place.root, pack=place.root.pack)
    draft = CollectiveDraft("incubator", "别处的孵化器", other_unit, START)
    elsewhere = found_collective(home=place.root, draft=draft, by=None)
    join(collective=team, person=person, role="leader", since=START, by=None)
    made = paired(place, person, other)

    def seen(user: Any) -> tuple[set[Collective], set[Pairing]]:
        return set(collectives_visible_to(user)), set(pairings_visible_to(user))

    assert seen(place.user("office")) == seen(place.user("leader")) == ({team, elsewhere}, {made})
    assert seen(place.user("employer")) == ({team}, {made})
    assert seen(place.user("person", person=person)) == ({team}, {made})
    assert seen(place.user("person", person=other)) == (set(), {made})
    assert seen(place.user("reviewer")) == seen(UserFactory()) == (set(), set())
    assert may_manage(place.user("office"), place.root)
    assert not may_manage(place.user("leader"), place.root)


def test_the_own_copy_tells_them_and_deletion_takes_what_is_over(place: Place) -> None:
    person, by = place.person(), UserFactory()
    team, former = founded(place), founded(place, name="以前的团队")
    join(collective=team, person=person, role="core", since=START, by=by)
    stay = join(collective=former, person=person, role="member", since=START, by=by)
    leave(stay=stay, day=date(2021, 1, 1), by=by, reason="调离")
    paired(place, person, place.person("测试乙"))

    copy = subject_export(person)

    assert [(row["collective_name"], row["until"]) for row in copy["collectives"]] == [
        ("测试团队", None),
        ("以前的团队", "2021-01-01"),
    ]
    assert [(row["as"], row["with"]) for row in copy["pairings"]] == [("mentor", "测试乙")]
    user = place.user("person", person=person)
    request = ask_to_erase(person=person, words="删除", by=user)
    found = decide_erasure(request=request, grant=True, answer="依申请", by=place.user("office"))
    assert found.outcome["erased"]["collectives.stay"] == 1
    assert "collectives.stay" in found.outcome["kept"]
    assert [row.collective for row in Stay.objects.all()] == [team]


def test_retention_deletes_what_ended_long_ago(place: Place) -> None:
    by, team = UserFactory(), founded(place)
    stay = join(collective=team, person=place.person(), role="core", since=START, by=by)
    leave(stay=stay, day=date(2021, 1, 1), by=by, reason="调离")
    end = {"day": date(2021, 1, 1), "outcome": "completed", "by": by, "reason": "期满"}
    end_pairing(pairing=paired(place, place.person("测试乙"), place.person("测试丙")), **end)  # type: ignore[arg-type]

    early = retain(home=place.root, day=date(2030, 12, 31))
    assert (early.erased, Stay.objects.count(), Pairing.objects.count()) == (0, 1, 1)
    tried = retain(home=place.root, day=date(2031, 1, 1), dry_run=True)
    done = retain(home=place.root, day=date(2031, 1, 1))

    assert tried.erased == done.erased == 2
    assert done.report["collectives.stay"] == {"months": 120, "erased": 1, "waiting": 0}
    assert not Stay.objects.exists()
    assert not Pairing.objects.exists()
