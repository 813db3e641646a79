"""Traces of small made-up worlds (测试用比对特征)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.traces import COLUMNS, Known, Trace, Tracer
from juxian.core.identity.resident_id import check_digit
from juxian.core.population.names import han_name

TRACER = Tracer(b"k" * 32)
BIRTH = date(1985, 7, 1)


def known(name: str = "张雨欣", **values: Any) -> Known:
    return Known(name, **values)


def seen(*args: Any, **values: Any) -> dict[str, int]:
    """A trace as the conditions read it; ``marks`` of the corpus by name."""
    marks = {name: values.pop(name) for name in ("rare", "homonym") if name in values}
    return {**side(TRACER.trace(known(*args, **values))), **marks}


def traces() -> st.SearchStrategy[Trace]:
    """Few values, so that agreements happen."""
    return st.builds(Trace, **{name: st.sampled_from((0, 0, 1, 2)) for name in COLUMNS})


def rows_of_two_rosters(rng: Random, persons: int) -> Iterator[Known]:
    """Two rows of each person, the dirt of rosters in them."""
    for _person in range(persons):
        gender = rng.choice(("male", "female"))
        name, birth = han_name(rng, gender), date(1970, 1, 1) + timedelta(days=rng.randrange(900))
        first = f"430102{birth:%Y%m%d}{rng.randrange(100, 999)}"
        number, phone = first + check_digit(first), f"1390937{rng.randrange(10_000):04d}"
        employer = f"单位{rng.randrange(9)}"
        for sheet in (1, 2):
            chance = rng.random()
            yield Known(
                name,
                numbers=(("resident_id", number),) if chance < 0.5 else (),
                damaged=number[:15] + "000" if chance > 0.8 else "",
                birth=birth if rng.random() < 0.8 else None,
                precision=rng.choice(("day", "month")),
                gender=gender,
                phones=(phone,) if rng.random() < 0.7 else ("09376213456",),
                emails=("office@example.org",) if rng.random() < 0.1 else (),
                employer=employer if rng.random() < 0.8 else "",
                sheet=sheet,
            )
