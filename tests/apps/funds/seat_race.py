"""The last free post of a pool and many clerks at the same moment (并发用编); prints the counts. A process of its own."""

from __future__ import annotations

import json
import threading

from juxian.config.cli import setup_django

setup_django()

from django.db import connection  # noqa: E402  # models need the settings

from juxian.apps.funds.actions.seats import take_seat  # noqa: E402
from juxian.apps.funds.models import Seat  # noqa: E402
from juxian.apps.funds.queries.proof import verify  # noqa: E402
from juxian.apps.funds.queries.seats import pool_balances  # noqa: E402
from juxian.apps.funds.rules import NotPossible  # noqa: E402
from juxian.apps.persons.models import Person  # noqa: E402
from juxian.core.ledger.refusals import OutOfBounds  # noqa: E402
from tests.apps.funds.scene import DAY, make_scene  # noqa: E402
from tests.factories import PersonFactory  # noqa: E402

CLERKS = 8
scene = make_scene("loudi")
told: list[str] = []
together = threading.Barrier(CLERKS)


def free() -> int:
    [found] = pool_balances(scene.place.pack.code, scene.place.pack.funds.pools)
    return found.free


def take(person: Person) -> None:
    [pool] = scene.place.pack.funds.pools.values()
    take_seat(
        home=scene.place.root, pool=pool, person=person, unit=scene.place.employer, document="批复", since=DAY,
        by=scene.maker,
    )  # fmt: skip


def clerk(person: Person) -> None:
    together.wait()
    try:
        take(person)
        told.append("taken")
    except (NotPossible, OutOfBounds):
        told.append("refused")
    finally:
        connection.close()


people = [PersonFactory(home=scene.place.root) for _ in range(free() - 1 + CLERKS)]
for holder in people[CLERKS:]:
    take(holder)
before = free()
threads = [threading.Thread(target=clerk, args=(person,)) for person in people[:CLERKS]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
difference = verify().difference
counts = {
    "before": before,
    "taken": told.count("taken"),
    "refused": told.count("refused"),
    "left": free(),
    "held": Seat.objects.filter(left_on=None).count() - (len(people) - CLERKS),
    "proof": difference and str(difference.message),
}
print(json.dumps(counts))  # noqa: T201
