"""Teams, carriers and pairs in the demonstration (演示团队、平台与师徒): one of each kind of the pack, generated names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.collectives.actions import (
    CollectiveDraft,
    add_equipment,
    found_collective,
    join,
    leave,
    pair,
)
from juxian.apps.collectives.models import Collective
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.dates import add_months
from juxian.core.packs.schema import Pack

MEMBERS, PEOPLE, PAIRS = 4, 120, 3


def seed_collectives(pack: Pack, root: Organisation, clerk: User) -> None:
    """Carriers first, so that each team has one to work at; the first of them lost a member."""
    known = Person.objects.living_records().filter(home=root, profile__employer__isnull=False)
    people = list(known.select_related("profile", "home").order_by("pk")[:PEOPLE])
    hosts = list(Organisation.objects.under(root.path).employers().order_by("path")[:20])
    if len(people) < MEMBERS or not hosts:
        return
    drawn = _in_turn(people)
    began = add_months(today(), -18)
    carriers: list[Collective] = []
    kinds = sorted(pack.collectives.kinds.values(), key=lambda kind: kind.sort)  # carriers, then teams
    for place, kind in enumerate(kinds):
        first = next(drawn)
        own = Organisation.objects.filter(code=first.profile.employer, path__startswith=root.path).first()
        draft = CollectiveDraft(
            kind=kind.id,
            name=f"{kind.title.zh}（{place + 1}）",
            host=own or hosts[place % len(hosts)],
            since=began,
            level=kind.levels[place % len(kind.levels)] if kind.levels else "",
            carrier=carriers[place % len(carriers)] if kind.sort == "team" and carriers else None,
            document="演示数据",
            due=add_months(began, kind.months) - timedelta(days=1) if kind.months else None,
        )
        made = found_collective(home=root, draft=draft, by=clerk)
        if kind.sort == "carrier":
            carriers.append(made)
            _equip(made, clerk)
        stays = [join(collective=made, person=first, role=kind.leads, since=began, by=clerk)]
        others = [role for role in kind.roles if role != kind.leads] or [kind.leads]
        for number in range(MEMBERS - 1):
            role = others[number % len(others)]
            if role == kind.leads:
                break
            since = add_months(began, number)
            stays.append(join(collective=made, person=next(drawn), role=role, since=since, by=clerk))
        if place == 0:
            leave(stay=stays[-1], day=add_months(began, 12), by=clerk, reason="工作调动（演示）")
    for kind_id, rule in pack.collectives.pairings.items():
        for number in range(PAIRS):
            since = add_months(today(), -11 * (number + 1))
            due = add_months(since, rule.months) - timedelta(days=1) if rule.months else None
            pair(
                home=root, kind=kind_id, mentor=next(drawn), apprentice=next(drawn), since=since, due=due,
                aim="岗位技能提升", by=clerk,
            )  # fmt: skip


def _in_turn(people: list[Person]) -> Iterator[Person]:
    """Each in turn, and again from the first when all have had theirs."""
    while True:
        yield from people


def _equip(made: Collective, clerk: User) -> None:
    for name, pieces, worth_fen in (("高性能计算服务器", 2, 480_000_00), ("精密测量仪", 1, 260_000_00)):
        add_equipment(
            collective=made, name=name, pieces=pieces, worth_fen=worth_fen, shared=pieces == 1,
            since=made.since, by=clerk,
        )  # fmt: skip
