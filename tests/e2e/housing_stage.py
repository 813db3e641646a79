"""Sets the stage of the journeys through an apartment; run inside the demonstration (python -m tests.e2e.housing_stage).

clear PACK              nobody waits any more and no draw is under way
people PACK NUMBER      so many persons who may apply and live nowhere, each with an account; their numbers
shared PACK             a flat of which three rooms are free; its number and the rooms' ids
night                   the nightly work of today
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402  # models need the settings
from django.db import transaction  # noqa: E402

from juxian.apps.accounts.enums import Role  # noqa: E402
from juxian.apps.accounts.models import Post, User  # noqa: E402
from juxian.apps.clock import now, today  # noqa: E402
from juxian.apps.housing.actions.applying import apply_for_flat  # noqa: E402
from juxian.apps.housing.enums import ApplicationState, DrawState, OfferState  # noqa: E402
from juxian.apps.housing.models import Application, Draw, Estate, Lease, Offer  # noqa: E402
from juxian.apps.housing.queries.stock import free_spaces  # noqa: E402
from juxian.apps.housing.rules import NotPossible  # noqa: E402
from juxian.apps.housing.tasks import nightly  # noqa: E402
from juxian.apps.persons.models import Person  # noqa: E402

PASSWORD = "juxian-demo-2026"


class TryOnly(Exception):
    """Takes back what was tried."""


def clear(pack: str) -> None:
    Offer.objects.filter(application__estate__home__pack=pack, state__in=("open", "accepted")).update(
        state=OfferState.EXPIRED, answered_at=now()
    )
    Draw.objects.filter(estate__home__pack=pack, state=DrawState.FROZEN).update(state=DrawState.VOID)
    Draw.objects.filter(estate__home__pack=pack).update(closed_on=today())
    Application.objects.live().filter(estate__home__pack=pack).update(state=ApplicationState.WITHDRAWN)


def people(pack: str, wanted: int) -> list[str]:
    estate = Estate.objects.filter(home__pack=pack).order_by("pk")[0]
    found: list[str] = []
    housed = Lease.objects.standing().values("person")
    for person in Person.objects.filter(home=estate.home, user=None, merged_into=None).exclude(pk__in=housed):
        if len(found) == wanted:
            break
        if _may_apply(estate, person):
            user = User.objects.create(
                username=f"tenant{len(found)}.{pack}",
                name=person.name,
                person=person,
                password=make_password(PASSWORD),
                is_demo=True,
            )
            Post.objects.create(user=user, role=Role.PERSON, organisation=estate.home, since=today())
            found.append(person.number)
    return found


def _may_apply(estate: Estate, person: Person) -> bool:
    try:
        with transaction.atomic():
            made = apply_for_flat(
                estate=estate, person=person, asked={"household_members": 1}, day=today(), by=None
            )
            raise TryOnly(made.state)
    except NotPossible:
        return False
    except TryOnly as tried:
        return str(tried) == ApplicationState.WAITING


def shared(pack: str) -> dict[str, object]:
    rooms: dict[int, dict[str, int]] = {}
    for space in free_spaces(Estate.objects.filter(home__pack=pack).order_by("pk")[0]).exclude(code=""):
        rooms.setdefault(space.unit_id, {})[space.code] = space.pk
    unit = next(unit for unit, found in rooms.items() if len(found) == 3)
    return {"unit": unit, "rooms": rooms[unit]}


def main() -> None:
    word, *rest = sys.argv[1:]
    done: object = None
    match word:
        case "clear":
            clear(rest[0])
        case "people":
            done = people(rest[0], int(rest[1]))
        case "shared":
            done = shared(rest[0])
        case "night":
            done = nightly(today())
    print(json.dumps(done))  # noqa: T201


main()
