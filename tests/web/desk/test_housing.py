"""Apartments at the desk: a draw from the pool to the offers as people click it, and lists of constant cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.drawing import commit
from juxian.apps.housing.actions.households import move_in_together
from juxian.apps.housing.actions.offering import accept_offer
from juxian.apps.housing.enums import DrawState, LeaseState, OfferState
from juxian.apps.housing.models import Application, Ban, Draw, Estate, Lease, Offer
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.services.actions import submit_application
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.allocation.verifier import verify
from tests.apps.housing.conftest import (
    ALLOWED,
    DAY,
    NewApplication,
    NewPerson,
    estate,
    new_application,
    new_person,
    office,
    place,
)
from tests.attachments import telling_jpeg
from tests.browser import text_of
from tests.factories import SourceFactory
from tests.flats import make_flats, waiting
from tests.web.places import Place

__all__ = ["estate", "new_application", "new_person", "office", "place"]
KEY = iter(range(1, 1000))


def once() -> dict[str, str]:
    return {"once": f"{next(KEY):032x}"}


def signed_in(place: Place, user: Any) -> Any:
    client = place.client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_draw_from_the_pool_to_a_lease(
    place: Place, estate: Estate, office: Any, new_application: NewApplication
) -> None:
    for number in range(4):
        new_application(f"申请{number}")
    witness = place.user(Role.AUDITOR, name="见证人甲")
    desk, other = signed_in(place, office), signed_in(place, witness)

    page = text_of(desk.get(reverse("desk:housing-draw-new", args=[estate.code])))
    assert "空置房源 12，轮候 4 人" in page
    wanted = {"title": "第一批", "flats": 2, "witness": witness.pk, "public": "", "reveal_by": "2022-06-04"}
    made = desk.post(reverse("desk:housing-draw-new", args=[estate.code]), wanted | once())
    draw = Draw.objects.get()
    assert made.url == reverse("desk:housing-draw", args=[draw.pk])

    address = reverse("desk:housing-contribute", args=[draw.pk])
    slips = {}
    for client, value in ((desk, "41626"), (other, "33512")):
        page = client.get(address).content.decode()
        assert 'name="value"' not in page
        assert 'name="nonce"' not in page
        assert f"juxian draw commit --pool-hash {draw.pool_hash}" in page
        own = draw.contributors.get(value="", commitment="", user=office if client is desk else witness)
        slip = Reveal(own.name, "1f" * 32, value)
        sealed = commitment(draw.pool_hash, slip)
        assert (
            client.post(address, {"sealed": sealed, "value": value, "nonce": slip.nonce}).status_code == 303
        )
        own.refresh_from_db()
        assert (own.commitment, own.value, own.nonce) == (sealed, "", "")
        slips[client] = {"value": value, "nonce": slip.nonce}
    wrong = desk.post(address, slips[desk] | {"value": "41627"})
    assert wrong.status_code == 422
    assert "与承诺不符" in text_of(wrong)
    for client, slip in slips.items():
        assert client.post(address, slip).status_code == 303
    draw.refresh_from_db()
    assert draw.state == DrawState.DRAWN
    assert verify(draw.transcript.encode(), draw.pool_hash) is None

    page = text_of(desk.get(reverse("desk:housing-draw", args=[draw.pk])))
    assert "还有 2 套可以配租" in page
    desk.post(reverse("desk:housing-draw-offer", args=[draw.pk]), once())
    offers = list(Offer.objects.order_by("pk"))
    assert [offer.state for offer in offers] == [OfferState.OPEN] * 2
    accept_offer(offer=offers[0], day=DAY, by=office)
    desk.post(reverse("desk:housing-sign", args=[offers[0].pk]), once())
    assert Lease.objects.get().state == LeaseState.RUNNING


def test_what_makes_a_draw_impossible_is_told_and_nothing_is_frozen(
    place: Place, estate: Estate, office: Any
) -> None:
    witness = place.user(Role.AUDITOR)
    waiting(estate, DAY)
    wanted = {"title": "第一批", "flats": 3, "witness": witness.pk, "reveal_by": "2022-06-04"}

    answer = signed_in(place, office).post(
        reverse("desk:housing-draw-new", args=[estate.code]), wanted | once()
    )

    assert answer.status_code == 422
    assert "可抽 1 人，不足 3 人" in text_of(answer)
    assert Draw.objects.count() == 0


def test_the_plan_shows_each_flat_and_its_tenant(
    place: Place, estate: Estate, new_application: NewApplication
) -> None:
    page = place.client(Role.LEADER).get(reverse("desk:housing-estate", args=[estate.code]))

    text = text_of(page)
    assert "0101" in text
    assert "秭归县人才公寓管理办法" in text
    assert "正文未公开" in text  # what is assumed is said


def test_the_queue_shows_points_and_what_is_missing(place: Place, estate: Estate) -> None:
    waiting(estate, date(2022, 3, 1))
    waiting(estate, DAY, state="incomplete", missing=["home_owned"])

    text = text_of(place.client(Role.OFFICE).get(reverse("desk:housing-queue", args=[estate.code])))

    assert "学历 30 · 家庭人数 5 · 轮候时间 3" in text
    assert "本地自有住房" in text


@pytest.mark.parametrize(
    "name", ["desk:housing-estate", "desk:housing-queue", "desk:housing-offers", "desk:housing-leases"]
)
def test_the_cost_of_a_list_does_not_grow(place: Place, estate: Estate, name: str) -> None:
    client, address = place.client(Role.OFFICE), reverse(name, args=[estate.code])
    waiting(estate, DAY)
    client.get(address)
    with CaptureQueriesContext(connection) as first:
        client.get(address)
    waiting(estate, DAY)
    waiting(estate, DAY)

    with CaptureQueriesContext(connection) as second:
        client.get(address)

    assert len(second) == len(first)


def test_a_tenancy_from_a_receipt_to_the_keys(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    desk, lease = signed_in(place, office), flats.asked
    known = FactDraft("education", {"degree": "master"}, date(2015, 7, 1))
    record_facts(person=lease.person, facts=[known], source=SourceFactory())

    page = text_of(desk.get(reverse("desk:housing-lease", args=[lease.pk])))
    assert "1000.00" in desk.get(reverse("desk:housing-lease", args=[lease.pk])).content.decode()
    assert "同意续租" in page
    paid = {"amount": "400.50", "reference": "收 7"}
    desk.post(reverse("desk:housing-receipt", args=[flats.bill.pk]), paid | once())
    desk.post(reverse("desk:housing-lease-renew", args=[lease.pk]), once())
    notice = {"cause": "sublet", "reason": "检查发现"}
    desk.post(reverse("desk:housing-notice", args=[lease.pk]), notice | once())
    desk.post(reverse("desk:housing-keys", args=[lease.pk]), once())

    lease.refresh_from_db()
    flats.bill.refresh_from_db()
    assert (flats.bill.paid_fen, lease.term) == (40_050, 2)
    assert (lease.state, lease.cause, lease.keys_on) == (LeaseState.ENDED, "sublet", DAY)
    assert Ban.objects.filter(person=lease.person, cause="sublet").count() == 1


def test_a_receipt_above_what_is_owed_is_refused_in_words(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    desk, address = signed_in(place, office), reverse("desk:housing-receipt", args=[flats.bill.pk])

    for wrong, told in (("1000.01", "不超过未缴金额"), ("x", "金额（元）")):
        answer = desk.post(address, {"amount": wrong, "reference": "收 7"} | once(), follow=True)
        assert told in text_of(answer)

    flats.bill.refresh_from_db()
    assert flats.bill.paid_fen == 0


def test_an_inspection_is_recorded_with_what_is_worn(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    unit = flats.lease.space.unit
    desk, bed = signed_in(place, office), unit.items.first()
    assert str(unit) in text_of(desk.get(reverse("desk:housing-inspections", args=[estate.code])))

    body = {"lease": flats.lease.pk, "finding": "damaged", "note": "床板", "worn": [bed.pk]}
    desk.post(reverse("desk:housing-inspect", args=[unit.pk]), body | once())

    page = text_of(desk.get(reverse("desk:housing-unit", args=[unit.pk])))
    assert "设施损坏" in page
    assert "待修" in page
    assert flats.lease.inspections.get().note == "床板"


def test_a_value_is_composed_before_it_is_compared(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    first, second = flats.draw.contributors.all()
    slip = Reveal(first.name, "1f" * 32, "été")
    commit(contributor=first, sealed=commitment(flats.draw.pool_hash, slip))
    commit(contributor=second, sealed="2e" * 32)

    shown = {"value": "e\u0301te\u0301 ", "nonce": slip.nonce}
    answer = signed_in(place, office).post(reverse("desk:housing-contribute", args=[flats.draw.pk]), shown)

    assert answer.status_code == 303
    first.refresh_from_db()
    assert first.value == "été"


@pytest.mark.parametrize("sealed", ["", "1f", "1F" * 32, "41626"])
def test_what_is_no_commitment_is_refused_in_words(
    place: Place, estate: Estate, office: Any, sealed: str
) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    address = reverse("desk:housing-contribute", args=[flats.draw.pk])

    answer = signed_in(place, office).post(address, {"sealed": sealed})

    assert answer.status_code == 422
    assert not flats.draw.contributors.get(user=office).commitment


def test_the_office_enters_an_application_and_offers_the_first_a_flat(
    place: Place, estate: Estate, office: Any, new_person: NewPerson
) -> None:
    desk, person, spouse = (
        signed_in(place, office),
        new_person("申请甲"),
        new_person("配偶乙", degree="doctor"),
    )
    entered = {"number": person.number, "household_members": 1, "wish": "朝南"}

    wrong = desk.post(
        reverse("desk:housing-application-new", args=[estate.code]), entered | {"number": "X"} | once()
    )
    assert wrong.status_code == 422
    desk.post(reverse("desk:housing-application-new", args=[estate.code]), entered | once())
    made = Application.objects.get()
    page = text_of(desk.get(reverse("desk:housing-application", args=[made.pk])))
    assert "只由下面的快照算出" in page
    assert "朝南" in page
    address = reverse("desk:housing-application-spouse", args=[made.pk])
    for typed, told in (("没有", "没有找到这个编号"), (person.number, "配偶就是本人")):
        answer = desk.post(address, {"number": typed, "evidence": "结婚证"} | once())
        assert (answer.status_code, answer.context["spouse_form"]["number"].value()) == (422, typed)
        assert told in text_of(answer)
    renewed = desk.post(
        reverse("desk:housing-application-renew", args=[made.pk]), {"page": "application"} | once()
    )
    assert renewed["Location"] == reverse("desk:housing-application", args=[made.pk])
    desk.post(
        reverse("desk:housing-application-spouse", args=[made.pk]),
        {"number": spouse.number, "evidence": "结婚证"} | once(),
    )
    made.refresh_from_db()
    assert (made.spouse, made.asked["household_members"], made.snapshot["degree"]) == (spouse, 2, "doctor")
    space = free_spaces(estate)[0]
    desk.post(reverse("desk:housing-offer-next", args=[estate.code]), {"space": space.pk} | once())

    assert [(one.application, one.space) for one in Offer.objects.all()] == [(made, space)]
    assert "配偶乙" in text_of(desk.get(reverse("desk:housing-application", args=[made.pk])))


def test_a_space_that_is_not_free_is_not_found(place: Place, estate: Estate, office: Any) -> None:
    desk, address = signed_in(place, office), reverse("desk:housing-offer-next", args=[estate.code])
    for wrong in ("", "x", "0", "9" * 30):
        assert desk.post(address, {"space": wrong} | once()).status_code == 404


def test_a_spouse_comes_onto_the_lease_and_leaves_it(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    desk, spouse = signed_in(place, office), place.person("共同承租人")
    lease, address = flats.lease, reverse("desk:housing-lease", args=[flats.lease.pk])

    told = desk.post(
        reverse("desk:housing-lease-spouse", args=[lease.pk]),
        {"number": "没有", "evidence": "证"} | once(),
        follow=True,
    )
    assert "没有找到这个编号" in text_of(told)
    desk.post(
        reverse("desk:housing-lease-spouse", args=[lease.pk]),
        {"number": spouse.number, "evidence": "结婚证"} | once(),
    )
    assert "共同承租，按一户计" in text_of(desk.get(address))
    desk.post(reverse("desk:housing-lease-part", args=[lease.pk]), {"reason": "离婚"} | once())

    lease.refresh_from_db()
    assert lease.spouse is None


def test_a_tenant_leaves_and_the_spouse_goes_on(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY)
    desk, spouse, lease = signed_in(place, office), place.person("留住人", facts=ALLOWED), flats.lease
    address = reverse("desk:housing-lease", args=[lease.pk])
    move_in_together(lease=lease, spouse=spouse, evidence="结婚证", day=DAY, by=office)
    assert "须符合承租条件" in text_of(desk.get(address))

    act = reverse("desk:housing-lease-pass", args=[lease.pk])
    assert "必填" in text_of(desk.post(act, {"reason": ""} | once(), follow=True))
    told = text_of(desk.post(act, {"reason": "调往外地"} | once(), follow=True))

    assert "已转由配偶承租" in told
    lease.refresh_from_db()
    assert (lease.person, lease.spouse) == (spouse, None)
    assert "没有共同承租人" in text_of(desk.post(act, {"reason": "再办"} | once(), follow=True))


def test_photographs_are_added_put_in_order_and_removed(place: Place, estate: Estate, office: Any) -> None:
    unit = free_spaces(estate)[0].unit
    desk, address = signed_in(place, office), reverse("desk:housing-photos", args=["unit", unit.pk])
    assert "还没有照片" in text_of(desk.get(reverse("desk:housing-unit", args=[unit.pk])))

    for caption in ("客厅", "厨房"):
        upload = SimpleUploadedFile("a.jpg", telling_jpeg())
        assert desk.post(address, {"file": upload, "caption": caption} | once()).status_code == 303
    wrong = desk.post(address, {"file": SimpleUploadedFile("a.txt", b"text"), "caption": "x"} | once())
    assert wrong.status_code == 422
    assert "只收照片" in text_of(wrong)
    nothing = desk.post(
        address, {"file": SimpleUploadedFile("a.jpg", telling_jpeg()), "caption": ""} | once()
    )
    assert nothing.status_code == 422

    first, second = unit.photos.all()
    desk.post(reverse("desk:housing-photo-up", args=[second.pk]), once())
    desk.post(reverse("desk:housing-photo-caption", args=[first.pk]), {"caption": "朝南的客厅"})
    page = text_of(desk.get(reverse("desk:housing-unit", args=[unit.pk])))
    assert page.index("<figcaption>厨房") < page.index("<figcaption>朝南的客厅")
    desk.post(reverse("desk:housing-photo-remove", args=[second.pk]), {"reason": "已翻新"})

    assert [str(photo) for photo in unit.photos.all()] == ["朝南的客厅"]
    for kind in ("estate", "building"):
        where = {"estate": estate.pk, "building": unit.building_id}[kind]
        assert desk.get(reverse("desk:housing-photos", args=[kind, where])).status_code == 200
    assert desk.get(reverse("desk:housing-photos", args=["room", unit.pk])).status_code == 404


def test_a_repair_shows_its_flat_and_the_flat_its_repairs(place: Place, estate: Estate, office: Any) -> None:
    flats = make_flats(place, [office, place.user(Role.AUDITOR)], DAY, place.person("报修人"))
    tenant = place.user(Role.PERSON, person=flats.lease.person)
    own = signed_in(place, tenant)

    answer = own.post(reverse("portal:housing-report", args=[flats.lease.pk]))
    assert answer.url == reverse("portal:apply", args=["apartment-repair"])
    assert str(flats.lease.space) in text_of(own.get(answer.url))
    case = submit_application(
        home=place.root,
        service="apartment-repair",
        by=tenant,
        person=tenant.person,
        answers={
            "mobile": "13800138000",
            "flat": str(flats.lease.space),
            "kind": "水管",
            "detail": "漏水",
            "urgent": "否",
            "unfit": "否",
            "at_home": "随时",
            "enter_alone": "否",
        },
    )

    desk = signed_in(place, office)
    shown = text_of(desk.get(reverse("desk:case", args=[case.number])))
    assert flats.lease.number in shown
    for name, pk in (
        ("desk:housing-unit", flats.lease.space.unit_id),
        ("desk:housing-lease", flats.lease.pk),
    ):
        assert case.number in text_of(desk.get(reverse(name, args=[pk])))
    assert "水管" in text_of(own.get(reverse("portal:housing-lease", args=[flats.lease.pk])))
