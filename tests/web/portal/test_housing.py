"""A person applies, sees the place, accepts; anybody verifies a draw."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.housing.actions.billing import bill_months, receive
from juxian.apps.housing.actions.households import record_household
from juxian.apps.housing.actions.letting import sign_lease, start_lease
from juxian.apps.housing.actions.offering import accept_offer, make_offer
from juxian.apps.housing.enums import ApplicationState, OfferState
from juxian.apps.housing.models import Application, Building, Estate, Offer, Space, Unit
from juxian.apps.housing.queries.stock import free_spaces
from juxian.core.allocation import verifier
from juxian.core.allocation.verifier import verify
from juxian.core.funds.bank import amount_yuan
from juxian.core.housing.snapshot import Snapshot
from juxian.web.portal.housing.statements import written
from tests.apps.housing.conftest import (
    ALLOWED,
    DAY,
    NewPerson,
    estate,
    new_application,
    new_person,
    office,
    place,
)
from tests.browser import text_of
from tests.flats import SNAPSHOT, make_flats, photographed, waiting
from tests.web.places import Place

__all__ = ["estate", "new_application", "new_person", "office", "place"]


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
    assert "共 2 户轮候" in page
    assert "再申请按新的申请日排队" in page  # before the application is taken back
    offer = make_offer(application=made, space=free_spaces(estate)[0], day=DAY, by=office)
    shown = text_of(client.get(reverse("portal:housing")))
    assert "0101" in shown
    assert shown.index("放弃后房源转给下一位，不能恢复。") < shown.index("确认放弃")
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


def test_sharers_see_each_other_masked_and_nothing_else(place: Place, estate: Estate, office: Any) -> None:
    building = Building.objects.filter(estate=estate).first()
    unit = Unit.objects.create(
        building=building, number="1301", floor=13, layout="shared", rooms=3, halls=1, area_dm2=9_000
    )
    leases = [
        start_lease(
            person=place.person(name),
            space=Space.objects.create(unit=unit, code=code, kind="room", area_dm2=3_000),
            estate=estate,
            first_day=DAY,
            asked={},
            snapshot=Snapshot(DAY, SNAPSHOT),
            by=office,
        )
        for code, name in (("A", "欧阳甲"), ("B", "诸葛乙"), ("C", "司马丙"))
    ]
    own = place.client(Role.PERSON, person=leases[0].person)

    page = text_of(own.get(reverse("portal:housing-lease", args=[leases[0].pk])))

    assert [word in page for word in ("诸*", "司*", "诸葛乙", "司马丙")] == [True, True, False, False]
    assert own.get(reverse("portal:housing-lease", args=[leases[1].pk])).status_code == 404
    assert own.post(reverse("portal:housing-report", args=[leases[1].pk])).status_code == 404


def test_both_of_a_couple_see_the_lease_and_the_place_in_the_queue(
    place: Place, estate: Estate, office: Any, new_person: NewPerson
) -> None:
    one, other = new_person("夫某"), new_person("妻某")
    record_household(person=one, spouse=other, evidence="结婚证", by=office)
    mine, theirs = (place.client(Role.PERSON, person=person) for person in (one, other))
    form = reverse("portal:housing-apply", args=[estate.code])
    begun = mine.get(form)
    assert "妻*" in text_of(begun)
    assert begun.context["form"]["household_members"].value() == 2

    assert mine.post(form, {"household_members": 1, "once": "3" * 32}).status_code == 422
    mine.post(form, {"household_members": 2, "once": "4" * 32})
    page = text_of(theirs.get(reverse("portal:housing")))
    assert "夫妻按一户轮候" in page
    assert "共 1 户轮候" in page
    assert form not in page  # the household has applied
    refused = theirs.post(form, {"household_members": 2, "once": "5" * 32})
    assert "一户只需一份" in text_of(refused)

    made = Application.objects.get()
    offer = make_offer(application=made, space=free_spaces(estate)[0], day=DAY, by=office)
    accept_offer(offer=offer, day=DAY, by=office)
    lease = sign_lease(offer=offer, first_day=DAY, by=office)
    for client, name in ((mine, "妻*"), (theirs, "夫*")):
        shown = text_of(client.get(reverse("portal:housing-lease", args=[lease.pk])))
        assert name in shown


def test_a_lease_is_downloaded_as_a_masked_file_that_the_audit_log_knows_of(
    place: Place, estate: Estate, office: Any
) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY, place.person("欧阳甲"))
    lease, own = flats.lease, place.client(Role.PERSON, person=flats.lease.person)
    bill_months(lease=lease, day=date(2022, 9, 1))
    bill = lease.bills.filter(payer="person").latest("pk")
    receive(bill=bill, amount_fen=100, day=DAY, reference="6222000011118801", by=office)
    address = reverse("portal:housing-lease-file", args=[lease.pk])

    answer = own.get(address)

    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert answer["Cache-Control"] == "no-store"
    assert rows[0] == ["租约", lease.number, "承租人", "欧*"]
    assert rows[-1][2:] == ["1.00", "…8801"]
    assert not any("6222" in cell or "欧阳" in cell for row in rows for cell in row)
    total = next(row for row in rows if row[0] == "合计")
    assert total[4:] == [
        amount_yuan(sum(getattr(one, name) for one in lease.bills.filter(payer="person")))
        for name in ("amount_fen", "paid_fen", "open_fen")
    ]
    assert AuditEntry.objects.filter(action="housing.statement_downloaded").count() == 1
    stranger = place.client(Role.PERSON, person=place.person("他人"))
    assert stranger.get(address).status_code == 404
    assert "下载明细" in text_of(own.get(reverse("portal:housing-lease", args=[lease.pk])))


def test_the_number_of_queries_of_the_file_does_not_grow(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY, place.person("欧阳甲"))
    bill_months(lease=flats.lease, day=date(2022, 9, 1))
    bill = flats.lease.bills.filter(payer="person").latest("pk")
    counts = []
    for receipts in (1, 3):
        for number in range(receipts):
            receive(bill=bill, amount_fen=1, day=DAY, reference=f"R{receipts}-{number}", by=office)
        with CaptureQueriesContext(connection) as asked:
            written(flats.lease)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_apartments_of_a_place_are_shown_to_everybody_without_a_tenant(
    place: Place, estate: Estate, office: Any
) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY, place.person("承租甲"))
    outside = photographed(estate, office, DAY, "小区大门")
    visitor = place.client()

    page = visitor.get(reverse("portal:flats", args=["zigui"]))

    text = text_of(page)
    assert "小区大门" in text
    assert "正文未公开" in text  # what is assumed is said
    assert flats.lease.person.name not in text
    assert "厨房" not in text  # the inside of a flat is for those whom it concerns
    assert visitor.get(reverse("file-preview", args=[outside.file.uuid])).status_code == 200
    inside = visitor.get(reverse("file-preview", args=[flats.photo.file.uuid]))
    assert inside.status_code != 200


def test_an_offer_shows_what_the_flat_looks_like(
    place: Place, estate: Estate, office: Any, new_application: Any
) -> None:
    application, space = new_application(), free_spaces(estate)[0]
    photo = photographed(space.unit, office, DAY, "朝南的客厅")
    own = place.client(Role.PERSON, person=application.person)
    assert own.get(reverse("file-preview", args=[photo.file.uuid])).status_code == 404

    make_offer(application=application, space=space, day=DAY, by=office)

    assert "<figcaption>朝南的客厅" in text_of(own.get(reverse("portal:housing")))
    assert own.get(reverse("file-preview", args=[photo.file.uuid])).status_code == 200
