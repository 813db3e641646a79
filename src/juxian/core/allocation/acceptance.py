"""Places by preference (志愿录取): applicant-proposing deferred acceptance (Gale and Shapley 1962).

No family gains by hiding a wish, provided it may list as many as it likes and cannot change its priorities. Reserved seats
are schools of their own, with their own priorities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heappushpop

Rank = tuple[int, int]  # (priority, place in the draw); smaller is better


@dataclass(frozen=True, slots=True)
class School:
    """``seats`` places; ``ranks``: applicant → (priority, place in the draw); who is not in it is not eligible."""

    seats: int
    ranks: Mapping[str, Rank]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a wish was not met: the own rank (None: not eligible) and the last rank that was admitted (None: no seats)."""

    school: str
    own: Rank | None
    last_admitted: Rank | None


@dataclass(frozen=True, slots=True)
class Placement:
    """The school of an applicant (None: none of the wishes) and the refusals of every wish before it."""

    school: str | None
    refusals: tuple[Refusal, ...]


def place(wishes: Mapping[str, Sequence[str]], schools: Mapping[str, School]) -> dict[str, Placement]:
    """Assign applicants to schools: stable, and best for every applicant among all stable assignments.

    wishes: applicant → schools, best first. Raises ValueError on an unknown school or two equal ranks at one school.
    """
    _check(wishes, schools)
    held: dict[str, list[tuple[int, int, str]]] = {
        name: [] for name in schools
    }  # heaps, the worst admitted on top
    tried = dict.fromkeys(wishes, 0)
    free = list(wishes)
    while free:
        applicant = free.pop()
        if tried[applicant] == len(wishes[applicant]):
            continue
        name = wishes[applicant][tried[applicant]]
        tried[applicant] += 1
        rank = schools[name].ranks.get(applicant)
        if rank is None or not schools[name].seats:
            free.append(applicant)
        elif len(held[name]) < schools[name].seats:
            heappush(held[name], (-rank[0], -rank[1], applicant))
        else:
            free.append(heappushpop(held[name], (-rank[0], -rank[1], applicant))[2])
    seat = {applicant: name for name, heap in held.items() for _, _, applicant in heap}
    return {applicant: _placement(applicant, wishes, schools, held, seat) for applicant in wishes}


def _placement(
    applicant: str,
    wishes: Mapping[str, Sequence[str]],
    schools: Mapping[str, School],
    held: Mapping[str, list[tuple[int, int, str]]],
    seat: Mapping[str, str],
) -> Placement:
    found = seat.get(applicant)
    better = wishes[applicant] if found is None else wishes[applicant][: wishes[applicant].index(found)]
    refusals = tuple(
        Refusal(
            name,
            schools[name].ranks.get(applicant),
            (-held[name][0][0], -held[name][0][1]) if held[name] else None,
        )
        for name in better
    )
    return Placement(found, refusals)


def _check(wishes: Mapping[str, Sequence[str]], schools: Mapping[str, School]) -> None:
    for applicant, names in wishes.items():
        unknown = [name for name in names if name not in schools]
        if unknown or len(set(names)) < len(names):
            raise ValueError(f"the wishes of {applicant} name unknown schools {unknown} or one school twice")
    for name, school in schools.items():
        if school.seats < 0 or len(set(school.ranks.values())) < len(school.ranks):
            raise ValueError(f"{name} has negative seats or two equal ranks; decide ties by a draw first")
