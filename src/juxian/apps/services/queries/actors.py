"""What a user is to a case, in the engine's words (办理身份)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.apps.accounts.models import Post, User
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Seat
from juxian.core.packs import pack_called
from juxian.core.services import Actor, Role, Service


@dataclass(frozen=True, slots=True)
class System:
    """Another system that acts through the API (对接系统). id: in the history of a case; name: in the audit log."""

    id: str
    name: str


def engine_id(user: User | None) -> str:
    return str(user.pk) if user else ""


def reaches(post: Post, organisation: Organisation | None) -> bool:
    """A post reaches its organisation and everything below it."""
    return organisation is not None and post.organisation.contains(organisation)


def is_own(user: User, case: Case) -> bool:
    """The user is the applicant, merged records included."""
    if user.person_id is None or case.person is None:
        return False
    return user.person_id in (case.person_id, case.person.merged_into_id)


def actors_of(user: User, case: Case, seats: Sequence[Seat], day: date) -> list[Actor]:
    """Everything that the user may act as in this case, one actor for each role.

    seats: of the open turns, with their organisations: work that was handed to another unit is that unit's.
    """
    found: dict[Role, set[str]] = {}
    if is_own(user, case):
        found.setdefault(Role.PERSON, set()).add("applicant")
    for post in user.posts_on(day):
        for role, place in _places(post, case, seats):
            found.setdefault(role, set()).add(place)
    return [Actor(engine_id(user), role, frozenset(places)) for role, places in found.items()]


def on_behalf(by: User | System, case: Case, service: Service) -> Actor:
    """An officer, or the system by which the application came, does what the applicant would do, with trace (代办)."""
    parties = [party for post in service.first.posts for party in post.who]
    wanted = Role.PERSON if case.person_id else Role.EMPLOYER
    party = next((party for party in parties if party.role is wanted), parties[0])
    whom = f"person:{case.person_id}" if case.person_id else f"unit:{case.unit_id}"
    own = by.id if isinstance(by, System) else engine_id(by)
    return Actor(own, party.role, frozenset({party.place, "applicant"}), whom)


def visiting(case: Case, service: Service) -> Actor:
    """Somebody without an account, in a case that one of them began; nobody in any other."""
    party = service.first.posts[0].who[0]
    own = case.person_id is None and case.unit_id is None and case.opened_by_id is None
    return Actor("visitor", party.role, frozenset({party.place} if own else ()))


def _places(post: Post, case: Case, seats: Iterable[Seat]) -> Iterator[tuple[Role, str]]:
    if post.role == Role.EMPLOYER:
        if reaches(post, case.employer):
            yield Role.EMPLOYER, "employer"
        if reaches(post, case.unit):
            yield Role.EMPLOYER, "applicant"
    if post.role == Role.OFFICE and reaches(post, case.home):
        yield Role.OFFICE, "office"
    for seat in seats:
        if reaches(post, seat.organisation) and works_as(post, seat):
            yield Role(seat.role), seat.place


def works_as(post: Post, seat: Seat) -> bool:
    """A post does the work of its role. The talent office also does that of a duty assigned to itself, and what has no
    unit to do it (department or employer missing): it falls to the office and is never left lying.
    """
    if post.role == seat.role:
        return True
    if (
        post.role != Role.OFFICE
        or seat.role not in (Role.DEPARTMENT, Role.EMPLOYER)
        or seat.organisation is None
    ):
        return False
    return seat.organisation.kind == "office" or seat.organisation_id == seat.home_id


def organisation_of(place: str, case: Case) -> str:
    """Code of the organisation that a place means for this case; empty where there is none, and for a person."""
    relation, _, unit = place.partition(":")
    pack = pack_called(case.home.pack)
    match relation:
        case "unit":
            return pack.units.get(unit, "")
        case "office":
            return case.home.code
        case "employer":
            return case.employer.code if case.employer else ""
        case "applicant":
            return case.unit.code if case.unit else ""
        case "above_employer":
            above = case.employer.parent if case.employer else None
            return above.code if above else ""
    return ""
