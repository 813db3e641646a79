"""A draw from pool to lease: frozen, committed, revealed, verifiable, never repeated."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.housing.actions.applying import apply_for_flat, withdraw_application
from juxian.apps.housing.actions.drawing import Giver, declare_void, draw_again, freeze_draw, reveal
from juxian.apps.housing.actions.drawing import commit as publish
from juxian.apps.housing.actions.offering import (
    accept_offer,
    decline_offer,
    expire_offers,
    give_up_signing,
    make_offer,
    offer_drawn,
)
from juxian.apps.housing.enums import ApplicationState, ContributorRole, DrawState, OfferState
from juxian.apps.housing.models import Ban, Contributor, Draw, Estate, Offer, Space
from juxian.apps.housing.queries.draws import allotments_of
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.housing.rules import NotPossible
from juxian.core.allocation.pool import veiled
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.allocation.verifier import verify
from juxian.core.source import Rejected
from tests.apps.housing.conftest import DAY, NewApplication
from tests.web.places import Place

REVEAL_BY = date(2022, 6, 5)
PUBLIC = "福彩 3D 第 2022145 期开奖号"


@pytest.fixture
def witness(place: Place) -> User:
    return place.user(Role.AUDITOR, name="见证人甲")


@pytest.fixture
def givers(office: User, witness: User) -> list[Giver]:
    return [
        Giver("县委人才办", ContributorRole.ORGANISER, office),
        Giver("见证人甲", ContributorRole.WITNESS, witness),
    ]


@pytest.fixture
def queue(new_application: NewApplication) -> list[object]:
    """One with more points and four who are equal."""
    return [new_application("首位", "doctor"), *(new_application(f"申请{n}") for n in range(4))]


@pytest.fixture
def frozen(estate: Estate, givers: list[Giver], queue: list[object], office: User) -> Draw:
    return freeze(estate, givers, office)


def freeze(estate: Estate, givers: list[Giver], office: User, code: str = "2022-1", flats: int = 2) -> Draw:
    return freeze_draw(
        estate=estate,
        code=code,
        title="2022 年第一批",
        spaces=list(free_spaces(estate)[:flats]),
        givers=givers,
        day=DAY,
        reveal_by=REVEAL_BY,
        by=office,
    )


def commit(contributor: Contributor, value: str) -> Reveal:
    """Commit to a value; what must be kept to reveal it."""
    slip = Reveal(contributor.name, f"{contributor.position:064x}", value)
    publish(contributor=contributor, sealed=commitment(contributor.draw.pool_hash, slip))
    return slip


def held(draw: Draw, values: tuple[str, ...] = ("41626", "33512")) -> Draw:
    """Everybody commits, then everybody reveals."""
    rows = list(draw.contributors.all())
    kept = [
        commit(contributor=row, value=value)
        for row, value in zip(rows, values, strict=False)
        if row.role != ContributorRole.PUBLIC
    ]
    for row, slip in zip(rows, kept, strict=False):
        reveal(contributor=row, nonce=slip.nonce, value=slip.value, by=row.user)
    draw.refresh_from_db()
    return draw


def test_a_draw_is_verified_by_the_public_file_and_the_hash_of_the_freeze(frozen: Draw) -> None:
    draw = held(frozen)

    assert draw.state == DrawState.DRAWN
    assert verify(draw.transcript.encode(), draw.pool_hash) is None
    assert draw.sha256 == draw.result_sha256
    assert "首位" not in draw.transcript
    assert [entry.place for entry in draw.entries.order_by("place")] == [1, 2, 3, 4, 5]
    first = draw.entries.get(place=1)
    assert first.application.person.name == "首位"  # most points come first, whatever is drawn
    assert first.public_id == veiled(first.application.person.number, bytes.fromhex(first.salt))


def test_nobody_reveals_before_all_have_committed(frozen: Draw) -> None:
    first, second = frozen.contributors.all()
    slip = commit(contributor=first, value="41626")

    with pytest.raises(NotPossible, match="全部承诺"):
        reveal(contributor=first, nonce=slip.nonce, value=slip.value, by=first.user)

    with pytest.raises(NotPossible, match="不能更改"):
        commit(contributor=first, value="other")
    assert second.commitment == ""


def test_what_was_not_committed_to_is_not_accepted(frozen: Draw) -> None:
    first, second = frozen.contributors.all()
    slip = commit(contributor=first, value="41626")
    publish(contributor=second, sealed="ab" * 32)
    publish(contributor=second, sealed="ab" * 32)  # a second click

    with pytest.raises(NotPossible, match="与承诺不符"):
        reveal(contributor=first, nonce=slip.nonce, value="41627", by=first.user)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        publish(contributor=second, sealed="AB")

    frozen.refresh_from_db()
    assert frozen.state == DrawState.FROZEN


def test_a_late_application_changes_nothing(frozen: Draw, new_application: NewApplication) -> None:
    new_application("后来者", "doctor")

    draw = held(frozen)

    assert draw.entries.count() == 5
    assert verify(draw.transcript.encode(), draw.pool_hash) is None


def test_a_pool_edited_in_the_database_is_told_by_the_verifier(frozen: Draw) -> None:
    plan = Draw.objects.get(pk=frozen.pk).plan
    plan["pool"]["points"][0] += 100
    Draw.objects.filter(pk=frozen.pk).update(plan=plan)

    draw = held(Draw.objects.get(pk=frozen.pk))

    assert verify(draw.transcript.encode())[0] == "pool_hash"


def test_more_flats_than_applicants_are_refused_before_the_freeze(
    estate: Estate, givers: list[Giver], queue: list[object], office: User
) -> None:
    with pytest.raises(Rejected) as refused:
        freeze(estate, givers, office, flats=6)

    assert [problem.code for problem in refused.value.problems] == ["D130"]
    assert Draw.objects.count() == 0


def test_a_draw_without_a_witness_is_refused(
    estate: Estate, givers: list[Giver], queue: list[object], office: User
) -> None:
    with pytest.raises(Rejected) as refused:
        freeze(estate, givers[:1], office)
    with pytest.raises(NotPossible, match="见证人"):
        freeze(estate, [givers[0], Giver("另一经办", ContributorRole.WITNESS, office)], office)

    assert [problem.code for problem in refused.value.problems] == ["D102"]


def test_there_is_no_second_draw(estate: Estate, frozen: Draw, givers: list[Giver], office: User) -> None:
    with pytest.raises(NotPossible, match="正在进行"):
        freeze(estate, givers, office, code="2022-2", flats=1)
    draw = held(frozen)

    with pytest.raises(NotPossible, match="不得重抽"):
        freeze(estate, givers, office)
    with pytest.raises(NotPossible, match="不能用于抽签"):
        freeze_draw(
            estate=estate,
            code="2022-2",
            title="x",
            spaces=[draw.spaces.first().space],
            givers=givers,
            day=DAY,
            reveal_by=REVEAL_BY,
            by=office,
        )
    with pytest.raises(NotPossible, match="已经结束"):
        declare_void(draw=draw, day=REVEAL_BY + timedelta(days=1), by=office)
    with pytest.raises(NotPossible, match="作废"):
        draw_again(void=draw, givers=givers, day=DAY, reveal_by=REVEAL_BY, by=office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.create(
            estate=estate, code="2022-1", title="x", attempt=2, frozen_on=DAY, reveal_by=DAY, plan={}
        )


def test_who_does_not_reveal_makes_the_attempt_void_and_is_replaced(
    frozen: Draw, givers: list[Giver], office: User, place: Place
) -> None:
    first, second = frozen.contributors.all()
    slip = commit(contributor=first, value="41626")
    commit(contributor=second, value="33512")
    reveal(contributor=first, nonce=slip.nonce, value=slip.value, by=office)

    with pytest.raises(NotPossible, match="2022-06-05"):
        declare_void(draw=frozen, day=REVEAL_BY, by=office)
    void = declare_void(draw=frozen, day=REVEAL_BY + timedelta(days=1), by=office)

    assert (void.state, verify(void.transcript.encode(), void.pool_hash)) == (DrawState.VOID, None)
    assert '"failures":[{"name":"见证人甲","reason":"not_revealed"}]' in void.transcript
    later = {"day": date(2022, 6, 6), "reveal_by": date(2022, 6, 9), "by": office}
    with pytest.raises(NotPossible, match="更换见证人"):
        draw_again(void=void, givers=givers, **later)
    other = Giver("见证人乙", ContributorRole.WITNESS, place.user(Role.DEPARTMENT))
    again = held(draw_again(void=void, givers=[givers[0], other], **later))
    assert (again.attempt, again.state, again.entries.count()) == (2, DrawState.DRAWN, 5)
    assert verify(again.transcript.encode(), again.pool_hash, void.transcript.encode()) is None


def test_after_a_failure_of_the_organiser_a_public_value_is_needed(
    frozen: Draw, givers: list[Giver], office: User
) -> None:
    void = declare_void(draw=frozen, day=date(2022, 6, 6), by=office)
    later = {"day": date(2022, 6, 6), "reveal_by": date(2022, 6, 9), "by": office}
    other = Giver("见证人乙", ContributorRole.WITNESS, None)

    with pytest.raises(NotPossible, match="公开随机数"):
        draw_again(void=void, givers=[givers[0], other], **later)
    with_public = [givers[0], other, Giver(PUBLIC, ContributorRole.PUBLIC)]
    again = draw_again(void=void, givers=with_public, **later)
    rows = list(again.contributors.all())
    slips = [commit(contributor=row, value="41626") for row in rows[:2]]
    for row, slip in zip(rows, slips, strict=False):
        reveal(contributor=row, nonce=slip.nonce, value=slip.value, by=office)
    drawn = reveal(contributor=rows[2], nonce="", value="7 3 9", by=office)

    assert drawn.state == DrawState.DRAWN
    assert verify(drawn.transcript.encode(), drawn.pool_hash, void.transcript.encode()) is None


def test_members_are_offered_the_flats_in_drawn_order(frozen: Draw, office: User) -> None:
    draw = held(frozen)

    offers = offer_drawn(draw=draw, day=DAY, by=office)

    assert [(offer.application_id, offer.space_id) for offer in offers] == list(
        zip(
            draw.entries.order_by("place").values_list("application_id", flat=True),
            draw.spaces.values_list("space_id", flat=True),
            strict=False,
        )
    )
    assert {offer.answer_by for offer in offers} == {DAY + timedelta(days=7)}
    assert offer_drawn(draw=draw, day=DAY, by=office) == []


def test_a_declined_flat_goes_to_the_next_and_the_record_says_so(frozen: Draw, office: User) -> None:
    draw = held(frozen)
    first, second = offer_drawn(draw=draw, day=DAY, by=office)

    decline_offer(offer=first, day=DAY, by=office)
    [third] = offer_drawn(draw=draw, day=DAY, by=office)

    assert third.space == first.space
    assert third.application == draw.entries.get(place=3).application
    draw.refresh_from_db()
    assert verify(draw.transcript.encode(), draw.pool_hash) is None
    assert draw.sha256 != draw.result_sha256
    with pytest.raises(NotPossible, match="已经答复"):
        accept_offer(offer=first, day=DAY, by=office)
    first.application.refresh_from_db()
    assert first.application.state == ApplicationState.WAITING
    assert second.space_id != third.space_id


def test_a_member_who_left_the_queue_is_passed_over(frozen: Draw, office: User) -> None:
    draw = held(frozen)
    withdraw_application(application=draw.entries.get(place=1).application, by=office)

    offers = offer_drawn(draw=draw, day=DAY, by=office)

    assert [offer.application for offer in offers] == [
        draw.entries.get(place=place).application for place in (2, 3)
    ]
    draw.refresh_from_db()
    assert verify(draw.transcript.encode(), draw.pool_hash) is None


def test_an_offer_past_its_day_is_not_accepted_even_when_no_job_ran(frozen: Draw, office: User) -> None:
    draw = held(frozen)
    first, second = offer_drawn(draw=draw, day=DAY, by=office)
    late = DAY + timedelta(days=8)

    with pytest.raises(NotPossible, match="已过期限"):
        accept_offer(offer=first, day=late, by=office)
    accept_offer(offer=second, day=DAY + timedelta(days=7), by=office)

    assert (expire_offers(day=late), expire_offers(day=late)) == (1, 0)
    assert [one.entry.place for one in allotments_of(Draw.objects.get(pk=draw.pk))] == [3]


def test_two_lost_offers_close_the_list(
    estate: Estate, new_application: NewApplication, office: User
) -> None:
    application = new_application()
    space = free_spaces(estate)[0]
    for _ in range(2):
        offer = make_offer(application=application, space=space, day=DAY, by=office)
        decline_offer(offer=offer, day=DAY, by=office)

    application.refresh_from_db()
    assert application.state == ApplicationState.CLOSED
    assert Ban.objects.get().until == date(2023, 6, 1)
    with pytest.raises(NotPossible, match="放弃配租"):
        apply_for_flat(
            estate=estate, person=application.person, asked={"household_members": 1}, day=DAY, by=None
        )


def test_who_accepts_and_does_not_sign_is_banned_at_once(frozen: Draw, office: User) -> None:
    draw = held(frozen)
    offer = offer_drawn(draw=draw, day=DAY, by=office)[0]
    with pytest.raises(NotPossible):
        give_up_signing(offer=offer, day=DAY, by=office)

    give_up_signing(offer=accept_offer(offer=offer, day=DAY, by=office), day=DAY, by=office)

    offer.refresh_from_db()
    assert (offer.state, Ban.objects.get().cause) == (OfferState.UNSIGNED, "not_signed")


def test_the_database_keeps_one_live_offer_of_a_flat(
    new_application: NewApplication, estate: Estate, office: User
) -> None:
    one, other, space = new_application("甲"), new_application("乙"), Space.objects.first()
    make_offer(application=one, space=space, day=DAY, by=office)

    with pytest.raises(NotPossible, match="待答复"):
        make_offer(application=other, space=space, day=DAY, by=office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(application=other, space=space, offered_on=DAY, answer_by=DAY)
