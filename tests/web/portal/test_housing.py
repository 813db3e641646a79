"""A person applies, sees the place, accepts; anybody verifies a draw."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.billing import bill_months
from juxian.apps.housing.actions.offering import make_offer
from juxian.apps.housing.enums import ApplicationState, OfferState
from juxian.apps.housing.models import Application, Estate, Offer
from juxian.apps.housing.queries.stock import free_spaces
from juxian.core.allocation import verifier
from juxian.core.allocation.verifier import verify
from tests.apps.housing.conftest import ALLOWED, DAY, NewPerson, estate, new_person, office, place
from tests.browser import text_of
from tests.flats import make_flats, waiting
from tests.web.places import Place

__all__ = ["estate", "new_person", "office", "place"]


def test_a_person_applies_sees_the_place_and_accepts(
    place: Place, estate: Estate, office: Any, new_person: NewPerson
) -> None:
    person = new_person()
    client = place.client(Role.PERSON, person=person)
    waiting(estate, date(2022, 1, 1))

    assert "秭归县人才公寓" in text_of(client.get(reverse("portal:housing")))
    body = {"household_members": 2, "once": "1" * 32}
    client.post(reverse("portal:housing-apply", args=[estate.code]), body)
    made = Application.objects.get(person=person)

    page = text_of(client.get(reverse("portal:housing")))
    assert made.number in page
    assert "共 2 人轮候" in page
    offer = make_offer(application=made, space=free_spaces(estate)[0], day=DAY, by=office)
    assert "0101" in text_of(client.get(reverse("portal:housing")))
    client.post(reverse("portal:housing-accept", args=[offer.pk]))
    assert Offer.objects.get().state == OfferState.ACCEPTED
    assert "等待签约" in text_of(client.get(reverse("portal:housing")))


def test_what_is_missing_is_named_to_the_person(place: Place, estate: Estate, new_person: NewPerson) -> None:
    person = new_person(facts=ALLOWED[:1])
    client = place.client(Role.PERSON, person=person)

    body = {"household_members": 2, "once": "2" * 32}
    client.post(reverse("portal:housing-apply", args=[estate.code]), body)

    assert Application.objects.get().state == ApplicationState.INCOMPLETE
    page = text_of(client.get(reverse("portal:housing")))
    assert "本地自有住房" in page
    assert "不算拒绝" in page


def test_a_tenant_sees_lease_and_bills_and_asks_for_renewal(
    place: Place, estate: Estate, office: Any
) -> None:
    person = place.person("承租甲")
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY, person)
    bill_months(lease=flats.lease, day=DAY)
    client = place.client(Role.PERSON, person=person)

    page = text_of(client.get(reverse("portal:housing")))
    assert flats.lease.number in page
    client.post(reverse("portal:housing-renew", args=[flats.lease.pk]))

    flats.lease.refresh_from_db()
    assert flats.lease.renewal_asked_on == DAY


def test_anybody_reads_a_draw_and_verifies_the_file(place: Place, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    visitor, draw = place.client(), flats.drawn

    page = visitor.get(reverse("portal:draw", args=["zigui", draw.pk]))
    file = visitor.get(reverse("portal:draw-transcript", args=["zigui", draw.pk]))
    program = visitor.get(reverse("portal:draw-verifier", args=["zigui"]))

    assert verify(file.content, draw.pool_hash) is None
    assert file["Content-Disposition"] == 'attachment; filename="2021-2-1.json"'
    assert program.content.decode() == Path(verifier.__file__).read_text("utf-8")
    names = set(draw.entries.values_list("application__person__name", flat=True))
    assert not [name for name in names if name in page.content.decode() + file.content.decode()]
    assert re.search(r'<script src="[^"]*portal/verify-draw[^"]*\.js"', page.content.decode())


def test_a_frozen_draw_has_no_file_yet(place: Place, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)

    answer = place.client().get(reverse("portal:draw-transcript", args=["zigui", flats.draw.pk]))

    assert answer.status_code == 404
    assert flats.draw.pool_hash in text_of(
        place.client().get(reverse("portal:draw", args=["zigui", flats.draw.pk]))
    )
