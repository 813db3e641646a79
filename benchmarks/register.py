"""The register at size: registering, and the server's CPU for the list, its filters and its search.

    .venv/bin/python benchmarks/register.py [--persons 100000] [--home DIR]

Teams, carriers, pairs and warnings are filled in proportion to the persons: at a million 20,000, 2,000, 50,000 and 50,000.
Budget at 100,000 persons: 60 ms of CPU for each list, at 1,000,000 100 ms, with a number of queries that does not grow. On
PostgreSQL (``JUXIAN_DATABASE_URL``, an empty database on this machine) the CPU of its backend counts too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

from ground import Watch, arguments, client, measure, populate, set_up, table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")


def addresses() -> list[tuple[str, dict[str, str]]]:
    """(what is asked, parameters); values are taken from the register, so that every filter finds somebody."""
    from juxian.apps.persons.models import Person, Profile

    middle = Person.objects.order_by("pk")[Person.objects.count() // 2]
    busiest = Profile.objects.exclude(employer=None).first()
    return [
        ("first page", {}),
        ("100 rows", {"size": "100"}),
        ("page in the middle", {"after": middle.number}),
        ("sorted by day of introduction", {"sort": "introduced"}),
        ("sorted by name", {"sort": "name"}),
        ("sorted by name, from the middle", {"sort": "name", "after": middle.number}),
        ("degree", {"degree": "master"}),
        ("degree and title", {"degree": "master", "title_level": "intermediate"}),
        (
            "degree, title and rank",
            {"degree": "master", "title_level": "intermediate", "six_ranks": "professional"},
        ),
        ("serving", {"status": "serving"}),
        ("employer", {"employer": busiest.employer if busiest else ""}),
        ("verification", {"verification": "unverified"}),
        ("rank of talent, sorted by name", {"six_ranks": "professional", "sort": "name"}),
        ("one surname", {"q": middle.name[0]}),
        ("full name", {"q": middle.name}),
        ("two characters", {"q": middle.name[-2:]}),
        ("two characters, common", {"q": "医院"}),
        ("two characters, common, from the middle", {"q": "医院", "after": middle.number}),
        ("common degree, from the middle", {"degree": "bachelor", "after": middle.number}),
        ("four common terms", {"q": "中医药大学"}),
        ("two characters, common, sorted by name", {"q": "医院", "sort": "name"}),
        ("a common term and a common degree", {"q": "医院", "degree": "bachelor"}),
        ("a common term and a rare degree", {"q": "医院", "degree": "doctor"}),
        ("a common degree and a rare mode", {"degree": "bachelor", "introduction_mode": "full_time"}),
        ("a large employer and a rare degree", {"employer": "hs-clinic-firm", "degree": "doctor"}),
        ("a common degree and a rank", {"degree": "bachelor", "six_ranks": "high_skill"}),
        ("to be updated", {"gaps": "stale"}),
        ("nobody's name", {"q": "甯甯甯"}),
        ("pinyin", {"q": middle.name_key[:4]}),
        ("number", {"q": middle.number}),
        ("condition", {"condition": "学历 >= 硕士 and 年龄 <= 45"}),
        ("condition on a rare field", {"condition": "本地自有住房 == 否 and 职称 >= 副高"}),
    ]


def others() -> list[tuple[str, str]]:
    """(what is asked, address) of the pages beside the list."""
    from juxian.apps.persons.models import Person
    from juxian.apps.pools.models import Pool

    middle = Person.objects.order_by("pk")[Person.objects.count() // 2]
    pool = Pool.objects.exclude(condition="").first()
    return [
        ("person page", f"/desk/persons/{middle.number}/"),
        ("pools with their sizes", "/desk/pools/"),
        *([("a pool", f"/desk/pools/{pool.pk}/")] if pool else []),
        ("completeness by employer", "/desk/completeness/"),
        ("facts to verify", "/desk/unverified/"),
        ("facts to verify, of a kind", "/desk/unverified/?kind=title"),
        ("facts that a colleague is to verify", "/desk/unverified/?view=others"),
    ]


def of_groups() -> list[tuple[str, str]]:
    """(what is asked, address) of the lists of teams, carriers, pairs and warnings."""
    from juxian.apps.attrition.models import AttritionWarning
    from juxian.apps.collectives.models import Collective, Pairing

    team, pair, warning = (
        model.objects.order_by("pk")[model.objects.count() // 2]
        for model in (Collective, Pairing, AttritionWarning)
    )
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("teams and carriers", "collectives/", {}),
        ("teams, from the middle", "collectives/", {"after": str(team.pk)}),
        ("teams of a kind and level", "collectives/", {"kind": team.kind, "level": team.level}),
        ("teams by a name", "collectives/", {"q": team.name}),
        ("teams by a name nobody has", "collectives/", {"q": "甯甯"}),
        ("teams whose term is over", "collectives/", {"state": "due"}),
        ("teams that ended", "collectives/", {"state": "ended"}),
        ("pairs", "collectives/pairings/", {}),
        ("pairs by a name", "collectives/pairings/", {"q": pair.mentor.name}),
        ("pairs by a number", "collectives/pairings/", {"q": pair.mentor.number}),
        ("pairs that ended", "collectives/pairings/", {"state": "ended"}),
        ("warnings", "attrition/", {}),
        ("warnings, from the middle", "attrition/", {"after": str(warning.pk)}),
        ("warnings of a signal", "attrition/", {"signal": warning.signal}),
        ("warnings that are settled", "attrition/", {"state": "settled"}),
    ]
    return [
        *((title, f"/desk/{page}?{urlencode(parameters)}") for title, page, parameters in asked),
        ("a team", f"/desk/collectives/{team.pk}/"),
    ]


def fill_groups() -> None:
    """Teams with six members each, carriers, pairs and warnings, spread over the whole register; once."""
    from django.db.models import Min

    from juxian.apps.attrition.models import AttritionWarning
    from juxian.apps.collectives.models import Collective, Pairing, Stay
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.packs.models import InstalledPack
    from juxian.apps.persons.models import Fact, Person
    from juxian.core.packs import pack_called

    if Collective.objects.exists():
        return
    watch, home = Watch(), InstalledPack.objects.select_related("root").get().root
    pack, people = pack_called(home.pack), list(Person.objects.order_by("pk").values_list("pk", flat=True))
    hosts = list(Organisation.objects.filter(employs=True))
    first = date(2010, 1, 1)

    def days() -> Iterator[date]:
        return (first + timedelta(days=37 * number % 5400) for number in range(len(people)))

    def groups(sort: str, number: int, called: str) -> list[Any]:
        kinds = cycle([kind for kind in pack.collectives.kinds.values() if kind.sort == sort])
        rows = zip(range(number), kinds, cycle(hosts), days(), strict=False)
        return [
            Collective(
                home=home, sort=sort, kind=kind.id, level=kind.levels[place % len(kind.levels)] if kind.levels else "",
                name=f"{host.name}第{place}{called}", host=host, since=day, due=day + timedelta(days=1800),
                until=day + timedelta(days=2000) if place % 9 == 0 else None,
            )
            for place, kind, host, day in rows
        ]  # fmt: skip

    teams = Collective.objects.bulk_create(
        [*groups("team", len(people) // 50, "创新团队"), *groups("carrier", len(people) // 500, "工作站")],
        batch_size=5000,
    )
    chosen = cycle(islice(people, 0, None, 7))
    Stay.objects.bulk_create(
        (
            Stay(
                collective=team, person_id=next(chosen), role="member" if place else "leader",
                leads=place == 0, since=team.since, until=team.until,
            )
            for team in teams
            for place in range(6)
        ),
        batch_size=5000,
    )  # fmt: skip
    pairs = zip(range(len(people) // 20), cycle(pack.collectives.pairings), days(), strict=False)
    Pairing.objects.bulk_create(
        (
            Pairing(
                home=home, kind=kind, mentor_id=people[place * 5], apprentice_id=people[place * 5 + 1], since=day,
                until=day + timedelta(days=1000) if place % 3 == 0 else None,
                outcome="completed" if place % 3 == 0 else "",
            )
            for place, kind, day in pairs
        ),
        batch_size=5000,
    )  # fmt: skip
    warned = people[:: max(1, len(people) // (len(people) // 20))]
    facts = dict(Fact.objects.order_by().values_list("person").annotate(fact=Min("pk")))
    AttritionWarning.objects.bulk_create(
        (
            AttritionWarning(
                home=home, person_id=person, signal=signal, day=day, raised_on=day, facts=[facts[person]],
                state="settled" if place % 50 == 0 else "open",
            )
            for place, (person, signal, day) in enumerate(
                zip(warned, cycle(pack.attrition.signals), days(), strict=False)
            )
        ),
        batch_size=5000,
    )  # fmt: skip
    watch.tell(
        f"fill {len(teams):,} teams and carriers, {Pairing.objects.count():,} pairs, {len(warned):,} warnings"
    )


def fill_pools() -> None:
    """Members by condition, as the nightly job does."""
    from juxian.apps.pools.actions import refresh_all

    watch = Watch()
    found = refresh_all()
    watch.tell(f"fill {found['pools']} pools, {found['joined']:,} joined")


def main() -> None:
    args = arguments(__doc__)
    set_up(args)
    populate(args)
    fill_pools()
    fill_groups()
    browser = client()
    table(
        [
            measure(browser, title, f"/desk/persons/?{urlencode(parameters)}", args.rounds)
            for title, parameters in addresses()
        ]
        + [measure(browser, title, address, args.rounds) for title, address in [*others(), *of_groups()]]
    )


if __name__ == "__main__":
    main()
