"""As ``corpus``, for the few records around one (邻近对照): the plain reference, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from juxian.core.identity.linking.corpus import KEPT, RARE_UP_TO, SHARED_FROM


def mark_few(sides: Sequence[dict[str, int]]) -> None:
    """Set ``rare`` and ``homonym`` and forget what is nobody's own, in place."""
    _forget_shared(sides)
    days: dict[int, set[int]] = defaultdict(set)
    years: dict[int, set[int]] = defaultdict(set)
    known: dict[tuple[int, str, int], tuple[set[int], set[int], set[int]]] = {}
    rows: dict[tuple[int, str, int, int], list[int]] = defaultdict(list)
    for side in sides:
        if not side["name"]:
            continue
        if side["birth_day"]:
            days[side["name"]].add(side["birth_day"])
        years[side["name"]].add(side["birth_year"])
        for other in ("birth_month", "employer"):
            if side[other]:
                sets = known.setdefault((side["name"], other, side[other]), (set(), set(), set()))
                for place, name in enumerate(("number", "birth_day", "tail4")):
                    if side[name]:
                        sets[place].add(side[name])
    for side in sides:
        for other in ("birth_month", "employer"):
            if side["sound"] and side["sheet"] and side[other]:
                rows[side["sound"], other, side[other], side["sheet"]].append(side["birth_month"])
    twice = {
        (sound, other, value)
        for (sound, other, value, _sheet), months in rows.items()
        if len(months) > 1 and (other == "birth_month" or 0 in months)
    }
    for side in sides:
        own = side["name"]
        side["rare"] = int(len(days[own]) <= RARE_UP_TO and len(years[own]) <= RARE_UP_TO + 1)
        month = _two(known.get((own, "birth_month", side["birth_month"])))
        employer = not side["birth_month"] and _two(known.get((own, "employer", side["employer"])))
        two_rows = any((side["sound"], other, side[other]) in twice for other in ("birth_month", "employer"))
        side["homonym"] = int(month or employer or two_rows)


def _two(sets: tuple[set[int], set[int], set[int]] | None) -> bool:
    return sets is not None and any(len(values) > 1 for values in sets)


def _forget_shared(sides: Sequence[dict[str, int]]) -> None:
    sounds: dict[tuple[str, int], set[int]] = defaultdict(set)
    for side in sides:
        for name in KEPT:
            if side[name]:
                sounds[name.removesuffix("_also"), side[name]].add(side["sound"])
    for side in sides:
        for name in KEPT:
            if side[name] and len(sounds[name.removesuffix("_also"), side[name]]) >= SHARED_FROM:
                side[name] = 0
