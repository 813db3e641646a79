"""The server's CPU for single pages at size: the person page, the desk, the leader's board, the public pages.

    .venv/bin/python benchmarks/pages.py [--persons 100000] [--home DIR]

Budget at 100,000 persons: 50 ms of CPU for a person page; 60 kB gzip for the first view of any page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ground import arguments, client, measure, populate, set_up, table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")


def person_pages() -> Iterator[tuple[str, str]]:
    """The fullest of the first records, one in the middle, the newest."""
    from django.db.models import Count
    from django.urls import reverse

    from juxian.apps.persons.models import Person

    people = Person.objects.order_by("pk")
    fullest = max(people[:500].annotate(size=Count("facts")), key=lambda person: person.size)
    yield f"person with {fullest.size} facts", reverse("desk:person", args=[fullest.number])
    for title, person in (
        ("person in the middle", people[people.count() // 2]),
        ("newest person", people.last()),
    ):
        if person:
            yield title, reverse("desk:person", args=[person.number])


def other_pages() -> Iterator[tuple[str, str, str]]:
    """(role, title, address) of the pages that need no object of their own."""
    from django.urls import reverse

    from juxian.apps.packs.models import InstalledPack
    from juxian.core.packs import load_all

    policies = load_all()[InstalledPack.objects.get().code].policies
    for name in ("home", "policies", "figures", "organisations", "documents"):
        yield "office", f"desk: {name}", reverse(f"desk:{name}")
    yield "office", "desk: a policy", reverse("desk:policy", args=[next(iter(policies))])
    yield "leader", "board", reverse("board:dashboard")


def main() -> None:
    args = arguments(__doc__)
    set_up(args)
    populate(args)
    office, leader = client("office"), client("leader")
    timings = [measure(office, title, address, args.rounds) for title, address in person_pages()]
    timings += [
        measure(leader if role == "leader" else office, title, address, args.rounds)
        for role, title, address in other_pages()
    ]
    table(timings)


if __name__ == "__main__":
    main()
