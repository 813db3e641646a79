"""The register at size: registering, and the server's CPU for the list, its filters and its search.

    .venv/bin/python benchmarks/register.py [--persons 100000] [--home DIR]

Budget at 100,000 persons: 60 ms of CPU for each list, with a number of queries that does not grow.
"""

from __future__ import annotations

import os
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
    ]


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
    browser = client()
    table(
        [
            measure(browser, title, f"/desk/persons/?{urlencode(parameters)}", args.rounds)
            for title, parameters in addresses()
        ]
        + [measure(browser, title, address, args.rounds) for title, address in others()]
    )


if __name__ == "__main__":
    main()
