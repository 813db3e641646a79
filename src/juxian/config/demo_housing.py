"""Apartments of the demonstration: tenants, a couple, people who wait, a floor plan, a draw that was held and one to hold
(公寓演示数据).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageDraw

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.files.actions import store_file
from juxian.apps.housing.actions.billing import bill_months, receive
from juxian.apps.housing.actions.drawing import Giver, commit, freeze_draw, reveal
from juxian.apps.housing.actions.households import move_in_together
from juxian.apps.housing.actions.inspecting import inspect
from juxian.apps.housing.actions.letting import end_lease, give_notice, start_lease
from juxian.apps.housing.actions.offering import make_offer, offer_drawn
from juxian.apps.housing.actions.picturing import add_photo
from juxian.apps.housing.enums import ApplicationState, ContributorRole, Finding, PayerKind
from juxian.apps.housing.models import Application, Draw, Estate, Lease, Unit
from juxian.apps.housing.queries.photos import PURPOSE
from juxian.apps.housing.queries.stock import free_spaces, scheme_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person, Profile
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.dates import add_months
from juxian.core.housing.points import Entry, points_of
from juxian.core.housing.snapshot import Snapshot, eligibility, snapshot_of
from juxian.core.housing.words import Cause, SpaceKind
from juxian.core.packs.schema import Pack

TENANTS, WAITING = 24, 12
HOUSEHOLDS = (1, 2, 3, 1, 4, 2)
FINDINGS = (Finding.IN_ORDER, Finding.IN_ORDER, Finding.EMPTY, Finding.IN_ORDER, Finding.DAMAGED)
Candidate = tuple[Person, Snapshot, dict[str, int]]


def house_people(pack: Pack, root: Organisation) -> None:
    """Let, queue and draw for the first estate of a place; nothing where it has none."""
    estate = Estate.objects.filter(home=root, code__in=list(pack.housing.estates)).first()
    if estate is None:
        return
    office = User.objects.filter(is_demo=True, posts__role=Role.OFFICE, posts__organisation=root).first()
    witness = User.objects.filter(is_demo=True, posts__role=Role.AUDITOR, posts__organisation=root).first()
    account = User.objects.filter(is_demo=True, person__home=root).first()
    if office is None or witness is None:
        return
    day = today()
    with transaction.atomic():
        found = _candidates(estate, pack, day, account.person if account else None)
        waiting = list(islice(found, WAITING))
        _let(estate, list(islice(found, TENANTS)), day, office)
        _join(estate, found, day, office)
        _picture(estate, day, office)
        applications = _queue(estate, waiting, day)
        if len(applications) == WAITING:
            _draw(estate, applications, day, office, witness)


def _candidates(estate: Estate, pack: Pack, day: date, first: Person | None) -> Iterator[Candidate]:
    """People who may live there and of whom all is known; the person of the demonstration account first."""
    scheme, schema = scheme_of(estate), pack.schema
    people = Profile.objects.filter(home=estate.home, person__merged_into=None).select_related("person")
    rows = sorted(people, key=lambda row: (first is None or row.person_id != first.pk, row.person_id))
    for number, row in enumerate(rows):
        asked = {"household_members": HOUSEHOLDS[number % len(HOUSEHOLDS)], "months_rented": 0}
        snapshot = snapshot_of(scheme, day, row.values, asked, schema)
        known = not points_of(scheme, Entry("", day, snapshot), schema, day).missing
        if known and eligibility(scheme, snapshot, schema).holds:
            yield row.person, snapshot, asked


def _let(estate: Estate, tenants: list[Candidate], day: date, office: User) -> None:
    """Leases of three to ten months; most bills are paid, one tenant leaves, one has left."""
    spaces = list(free_spaces(estate)[: len(tenants)])
    for number, ((person, snapshot, asked), space) in enumerate(zip(tenants, spaces, strict=False)):
        lease = start_lease(
            person=person,
            space=space,
            estate=estate,
            first_day=add_months(day, -3 - number % 8) - timedelta(days=number % 20),
            asked=asked,
            snapshot=snapshot,
            by=office,
        )
        _pay(lease, day, office, number)
        if number % 4 == 0:
            seen = day - timedelta(days=10 + number)
            finding = FINDINGS[number // 4 % len(FINDINGS)]
            inspect(unit=space.unit, lease=lease, day=seen, finding=finding, by=office)
    _leave(list(Lease.objects.filter(estate=estate).order_by("pk")[:2]), day, office)


def _join(estate: Estate, others: Iterator[Candidate], day: date, office: User) -> None:
    """Two of the people are a couple in one flat."""
    lease = (
        Lease.objects.standing().filter(estate=estate, space__kind=SpaceKind.WHOLE).order_by("-pk").first()
    )
    other = next(others, None)
    if lease is not None and other is not None:
        move_in_together(lease=lease, spouse=other[0], evidence="结婚证（演示）", day=day, by=office)


def _picture(estate: Estate, day: date, office: User) -> None:
    """A plan of the last flat, drawn here: a picture of nobody's home."""
    unit = Unit.objects.filter(building__estate=estate).order_by("pk").last()
    if unit is not None:
        upload = SimpleUploadedFile("户型图.png", _plan())
        file = store_file(upload=upload, home=estate.home, by=office, purpose=PURPOSE)
        add_photo(place=unit, file=file, caption="户型示意图", day=day, by=office)


def _plan() -> bytes:
    """Walls, doors and a window of two rooms, PNG."""
    image = Image.new("RGB", (720, 480), "white")
    pen = ImageDraw.Draw(image)
    for box in ((40, 40, 680, 440), (40, 40, 380, 250), (380, 40, 680, 300), (40, 250, 240, 440)):
        pen.rectangle(box, outline="#334155", width=6)
    for box in ((200, 244, 260, 256), (374, 180, 386, 240), (300, 434, 370, 446), (470, 34, 600, 46)):
        pen.rectangle(box, fill="#cbd5e1")
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def _pay(lease: Lease, day: date, office: User, number: int) -> None:
    """Deposit and rent; every sixth tenant is behind with one bill."""
    bill_months(lease=lease, day=day)
    bills = list(lease.bills.order_by("since", "pk"))
    left = [bill for bill in bills if bill.payer == PayerKind.PERSON][-1:] if number % 6 == 5 else []
    for bill in bills:
        if bill not in left:
            paid = min(bill.due_on, day)
            receive(bill=bill, amount_fen=bill.amount_fen, day=paid, reference=f"演示-{bill.pk}", by=office)


def _leave(leases: list[Lease], day: date, office: User) -> None:
    """The first has given the keys back, the second is leaving."""
    for lease, ago in zip(leases, (40, 12), strict=False):
        give_notice(lease=lease, cause=_cause(lease), day=day - timedelta(days=ago), by=office)
    if leases:
        end_lease(lease=Lease.objects.get(pk=leases[0].pk), day=day - timedelta(days=15), by=office)


def _queue(estate: Estate, waiting: list[Candidate], day: date) -> list[Application]:
    """Applications of the last months; the last one lacks something."""
    rows = [
        Application(
            estate=estate,
            person=person,
            applied_on=add_months(day, -1 - number % 5),
            asked=asked,
            snapshot=dict(snapshot.values),
            snapshot_on=day,
            state=ApplicationState.WAITING,
        )
        for number, (person, snapshot, asked) in enumerate(waiting)
    ]
    for row in rows[-1:]:
        row.state, row.missing = ApplicationState.INCOMPLETE, ["home_owned"]
    return Application.objects.bulk_create(rows)


def _draw(estate: Estate, applications: list[Application], day: date, office: User, witness: User) -> None:
    """One offer to answer, one draw that was held with its offers, one that waits for commitments."""
    make_offer(application=applications[0], space=free_spaces(estate)[0], day=day, by=office)
    held = _frozen(estate, f"{day.year}-1", "第一批公开抽签", 2, day, office, witness)
    slips = [
        Reveal(row.name, f"{row.position:064x}", value)
        for row, value in zip(held.contributors.all(), ("4 1 6 2 6", "3 3 5 1 2"), strict=True)
    ]
    for row, slip in zip(held.contributors.all(), slips, strict=True):
        commit(contributor=row, sealed=commitment(held.pool_hash, slip))
    for row, slip in zip(held.contributors.all(), slips, strict=True):
        reveal(contributor=row, nonce=slip.nonce, value=slip.value, by=office)
    offer_drawn(draw=held, day=day, by=office)
    _frozen(estate, f"{day.year}-2", "第二批公开抽签", 3, day, office, witness)


def _frozen(
    estate: Estate, code: str, title: str, flats: int, day: date, office: User, witness: User
) -> Draw:
    return freeze_draw(
        estate=estate,
        code=code,
        title=title,
        spaces=list(free_spaces(estate)[:flats]),
        givers=[
            Giver(str(office), ContributorRole.ORGANISER, office),
            Giver(str(witness), ContributorRole.WITNESS, witness),
        ],
        day=day,
        reveal_by=day + timedelta(days=3),
        by=office,
    )


def _cause(lease: Lease) -> Cause:
    """Own wish where the scheme names it, else its first cause."""
    known = scheme_of(lease.estate).leaving.causes
    return Cause.OWN_WISH if Cause.OWN_WISH in known else Cause(next(iter(known)))
