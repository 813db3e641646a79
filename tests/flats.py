"""Apartments in small: a few flats of a pack's stock, applications, draws in every state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.accounts.models import User
from juxian.apps.clock import now
from juxian.apps.files.actions import store_file
from juxian.apps.housing.actions.drawing import Giver, commit, declare_void, freeze_draw, reveal
from juxian.apps.housing.actions.letting import give_notice, start_lease
from juxian.apps.housing.actions.offering import accept_offer, make_offer
from juxian.apps.housing.actions.picturing import add_photo
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.housing.enums import ApplicationState, BillKind, ContributorRole
from juxian.apps.housing.models import (
    Application,
    Bill,
    Building,
    Contributor,
    Draw,
    Estate,
    Lease,
    Offer,
    Photo,
    Space,
    Unit,
)
from juxian.apps.housing.models.stock import estate_of
from juxian.apps.housing.queries.photos import PURPOSE
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.housing.book import HousingBook
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import Cause
from tests.attachments import telling_jpeg
from tests.factories import PersonFactory
from tests.web.places import Place

SNAPSHOT = {"degree": "master", "talent_level": "c", "household_members": 1}
MAY_RENT = [
    FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1)),
    FactDraft("home", {"owned": False}, date(2021, 9, 1)),
]
PUBLIC = "福彩 3D 第 2022145 期开奖号"


def few_flats(book: HousingBook, flats: int = 12) -> HousingBook:
    """The stock of a pack without all but the first flats of each estate, which is quicker to set up."""
    estates = {
        code: replace(entry, buildings=(replace(entry.buildings[0], units=entry.buildings[0].units[:flats]),))
        for code, entry in book.estates.items()
    }
    return replace(book, estates=estates)


def waiting(estate: Estate, day: date, person: Person | None = None, **values: object) -> Application:
    """An application that holds a place, whatever the facts say."""
    made = {"snapshot": SNAPSHOT, "state": ApplicationState.WAITING, **values}
    return Application.objects.create(
        estate=estate,
        person=person or PersonFactory(home=estate.home),
        applied_on=day,
        snapshot_on=day,
        **made,
    )


def committed(row: Contributor, value: str = "41626") -> Reveal:
    """Commit to a value; what must be kept to reveal it."""
    slip = Reveal(row.name, f"{row.position:064x}", value)
    commit(contributor=row, sealed=commitment(row.draw.pool_hash, slip))
    return slip


def held(draw: Draw) -> Draw:
    """Everybody commits, then everybody reveals."""
    rows = list(draw.contributors.all())
    slips = [committed(row) for row in rows]
    for row, slip in zip(rows, slips, strict=True):
        reveal(contributor=row, nonce=slip.nonce, value=slip.value, by=row.user)
    draw.refresh_from_db()
    return draw


@dataclass
class Flats:
    """estate: what a new draw can be made of. draw: frozen, nobody has committed, past its last day. awaited: all but the
    public value is there. offer: open, to the person; lease: of the person, whose renewal can be asked for. leaving, asked:
    of others, under notice and with a renewal to grant; bill: of the latter, not paid. couple: of two others. photo: the second
    of the flat of ``lease``. someone: who lives nowhere and has not applied. The application is alone at the head of the queue.
    """

    estate: Estate
    witness: User
    incomplete: Application
    draw: Draw
    awaited: Draw
    drawn: Draw
    void: Draw
    accepted: Offer
    application: Application
    offer: Offer
    lease: Lease
    leaving: Lease
    asked: Lease
    bill: Bill
    couple: Lease
    photo: Photo
    someone: Person


def make_flats(place: Place, contributors: Sequence[User], day: date, person: Person | None = None) -> Flats:
    """An estate and two of one flat, with a draw in each state.

    contributors: the organiser first. person: who holds an application, an offer and a lease; somebody else when None.
    """
    install_estates(book=few_flats(place.pack.housing, 10), home=place.root)
    estate = Estate.objects.get(home=place.root)
    second, third = _small_estate(estate, "b"), _small_estate(estate, "c")
    before = day - timedelta(days=30)
    incomplete = waiting(estate, before, state=ApplicationState.INCOMPLETE, missing=["degree"])
    accepted = _offered(waiting(estate, before), estate, day)
    accept_offer(offer=accepted, day=day, by=contributors[0])
    for one in (estate, second, third):
        waiting(one, before)

    def frozen(where: Estate, code: str, public: bool = False) -> Draw:
        givers = [
            Giver(f"{number} {user}", ContributorRole.WITNESS if number else ContributorRole.ORGANISER, user)
            for number, user in enumerate(contributors)
        ]
        givers += [Giver(PUBLIC, ContributorRole.PUBLIC)] if public else []
        return freeze_draw(
            estate=where,
            code=code,
            title=f"{place.root.name} {code}",
            spaces=list(free_spaces(where)[:1]),
            givers=givers,
            day=before,
            reveal_by=before,
            by=contributors[0],
        )

    void = declare_void(draw=frozen(estate, "2021-1"), day=day, by=contributors[0])
    drawn = held(frozen(estate, "2021-2"))
    draw, awaited = frozen(third, "2021-1"), frozen(second, "2021-1", public=True)
    for row in awaited.contributors.exclude(role=ContributorRole.PUBLIC):
        slip = committed(row)
        shown = {"nonce": slip.nonce, "value": slip.value, "revealed_at": now()}
        Contributor.objects.filter(pk=row.pk).update(**shown)
    leaving, asked = (_let(PersonFactory(home=place.root), estate, day) for _ in range(2))
    give_notice(lease=leaving, cause=Cause.OWN_WISH, day=day, by=None)
    Lease.objects.filter(pk=asked.pk).update(renewal_asked_on=day)
    bill = Bill.objects.create(
        lease=asked,
        kind=BillKind.DEPOSIT,
        payer="person",
        since=day,
        until=day,
        due_on=day,
        amount_fen=100_000,
    )
    couple = _let(PersonFactory(home=place.root), estate, day)
    couple.spouse = place.person("共同承租人乙", degree="master", facts=MAY_RENT)  # may go on alone
    couple.save(update_fields=["spouse"])
    own = waiting(estate, before, person, snapshot=SNAPSHOT | {"household_members": 3})
    earlier = waiting(estate, before)
    offer = _offered(earlier, estate, day)
    if person:  # one live application of a person: the offer comes from an earlier one
        Application.objects.filter(pk=earlier.pk).update(person=person, state=ApplicationState.HOUSED)
    lease = _let(person or PersonFactory(home=place.root), estate, day)
    photos = [photographed(lease.space.unit, contributors[0], day, words) for words in ("客厅", "厨房")]
    return Flats(
        estate=estate,
        witness=contributors[1],
        incomplete=incomplete,
        draw=draw,
        awaited=awaited,
        drawn=drawn,
        void=void,
        accepted=accepted,
        application=own,
        offer=offer,
        lease=lease,
        leaving=leaving,
        asked=asked,
        bill=bill,
        couple=couple,
        photo=photos[1],
        someone=PersonFactory(home=place.root),
    )


def photographed(where: Estate | Building | Unit, by: User, day: date, caption: str = "客厅") -> Photo:
    """A picture of a place, kept as the desk keeps it."""
    upload = SimpleUploadedFile("a.jpg", telling_jpeg())
    file = store_file(upload=upload, home=estate_of(where).home, by=by, purpose=PURPOSE)
    return add_photo(place=where, file=file, caption=caption, day=day, by=by)


def _offered(application: Application, estate: Estate, day: date) -> Offer:
    return make_offer(application=application, space=free_spaces(estate)[0], day=day, by=None)


def _let(person: Person, estate: Estate, day: date) -> Lease:
    """A lease whose term ends in two months."""
    lease = start_lease(
        person=person,
        space=free_spaces(estate)[0],
        estate=estate,
        first_day=day - timedelta(days=300),
        asked={},
        snapshot=Snapshot(day, SNAPSHOT),
        by=None,
    )
    Lease.objects.filter(pk=lease.pk).update(until=day + timedelta(days=60))
    return lease


def _small_estate(estate: Estate, code: str) -> Estate:
    """An estate of one flat under the same scheme."""
    made = Estate.objects.create(
        code=f"{estate.code}-{code}",
        name=f"{estate.name}{code}",
        home=estate.home,
        scheme=estate.scheme,
        basis="assumed",
        source="test",
        market_fen=1000,
    )
    building = Building.objects.create(estate=made, code=f"{made.code}-1", name="1 栋")
    unit = Unit.objects.create(
        building=building, number="101", floor=1, layout="single", rooms=1, halls=1, area_dm2=5000
    )
    Space.objects.create(unit=unit, kind="whole", area_dm2=5000)
    return made
