"""400 applicants and 100 flats: all are offered, accepted and signed at once; prints how often each succeeded.

A process of its own. Sixteen threads; every flat is offered to four applicants, every offer accepted and signed four times.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from juxian.config.cli import setup_django

setup_django()

from django.db import connection  # noqa: E402  # models need the settings

from juxian.apps.accounts.models import User  # noqa: E402
from juxian.apps.housing.actions.letting import sign_lease  # noqa: E402
from juxian.apps.housing.actions.offering import accept_offer, make_offer  # noqa: E402
from juxian.apps.housing.enums import ApplicationState  # noqa: E402
from juxian.apps.housing.models import Application, Estate, Lease, Offer, Space  # noqa: E402
from juxian.apps.housing.rules import NotPossible  # noqa: E402
from juxian.apps.persons.models import Person  # noqa: E402
from tests.flats import SNAPSHOT, few_flats  # noqa: E402
from tests.web.places import make_place  # noqa: E402

FLATS, EACH, THREADS, DAY = 100, 4, 16, date(2022, 6, 1)


def prepared() -> tuple[list[Application], list[Space], User]:
    """A queue of 400 and 100 free flats."""
    from juxian.apps.housing.actions.stock import install_estates

    place = make_place("zigui")
    install_estates(book=few_flats(place.pack.housing, FLATS), home=place.root)
    estate = Estate.objects.get()
    people = Person.objects.bulk_create(
        Person(number=f"R{number:07}", name="申请人", home=place.root) for number in range(FLATS * EACH)
    )
    queue = Application.objects.bulk_create(
        Application(
            estate=estate,
            person=person,
            applied_on=DAY,
            snapshot=SNAPSHOT,
            snapshot_on=DAY,
            state=ApplicationState.WAITING,
        )
        for person in people
    )
    return queue, list(Space.objects.all()), User.objects.create(username="clerk")


def raced(work: list[Callable[[], Any]]) -> dict[str, int]:
    """How often it was done and how often refused."""
    told: Counter[str] = Counter()
    lock = threading.Lock()

    def attempt(act: Callable[[], Any]) -> None:
        try:
            act()
            word = "done"
        except NotPossible:
            word = "refused"
        finally:
            connection.close()
        with lock:
            told[word] += 1

    random.Random(1).shuffle(work)  # order of the clients, nothing secret
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(attempt, work))
    return dict(told)


def main() -> None:
    queue, spaces, clerk = prepared()
    offering = [
        (
            lambda one=one, space=spaces[place % FLATS]: make_offer(
                application=one, space=space, day=DAY, by=clerk
            )
        )
        for place, one in enumerate(queue)
    ]
    found: dict[str, object] = {"offered": raced(offering)}
    offers = list(Offer.objects.select_related("application__estate__home", "space"))
    accepting = [(lambda one=one: accept_offer(offer=one, day=DAY, by=clerk)) for one in offers * EACH]
    found["accepted"] = raced(accepting)
    signing = [(lambda one=one: sign_lease(offer=one, first_day=DAY, by=clerk)) for one in offers * EACH]
    found["signed"] = raced(signing)
    found["leases"] = Lease.objects.count()
    found["flats"] = Lease.objects.values("space").distinct().count()
    print(json.dumps(found))  # noqa: T201


main()
