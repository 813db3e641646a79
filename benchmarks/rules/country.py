"""The 12 benefits as a small country package for OpenFisca-core, formulas by hand in NumPy, amounts in whole yuan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core import entities
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Fact = Callable[[str], Any]
YEAR = "2025"


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


BACK = {
    years: _day(f"{2025 - years}-07-01") for years in range(60)
}  # the day so many years before 2025-07-01


def _in(values: Any, *wanted: int) -> Any:
    return np.logical_or.reduce([values == item for item in wanted])


def _at_most(born: Any, years: int) -> Any:
    """Whole years since a day are at most ``years``."""
    return born > BACK[years + 1]


def living(p: Fact) -> Any:
    degree = p("degree")
    who = (
        p("fulltime")
        & _in(p("employer"), 0, 1, 4)
        & (p("contract") >= 36)
        & (p("social") >= 6)
        & (p("hire") > BACK[3])
    )
    born = p("birth")
    rows = [
        (degree == 4) & _at_most(born, 45),
        (degree == 3) & _at_most(born, 40),
        (degree == 2) & _at_most(born, 35),
    ]
    return np.select([who & row for row in rows], [36000, 24000, 12000], 0)


def apartment(p: Fact) -> Any:
    category = p("category")
    who = (p("homes") == 0) & p("fulltime") & (p("contract") >= 12)
    who &= (category >= 4) | ((p("degree") >= 3) & (p("hire") > BACK[3]))
    return np.where(who, np.where(category != 0, 21600, 14400), 0)


def rent(p: Fact) -> Any:
    degree, region = p("degree"), p("region")
    who = (
        p("fulltime")
        & (p("homes") == 0)
        & (p("grad") > BACK[5])
        & (p("social") >= 3)
        & _at_most(p("birth"), 39)
    )
    who &= (region >= 1) & (region <= 8)
    rows = [degree == 4, (degree == 3) | ((degree == 2) & (p("school") == 2)), degree == 2]
    return np.select([who & row for row in rows], [24000, 15600, 9600], 0)


def house(p: Fact) -> Any:
    whole = np.array([0, 2000000, 1000000, 800000, 500000, 300000, 100000], np.int32)[p("category")]
    who = (
        p("fulltime")
        & (p("homes") <= 1)
        & (p("social") >= 12)
        & (p("contract") >= 60)
        & (p("hire") > BACK[10])
    )
    return np.where(who, np.minimum(whole // 5, np.maximum(0, whole - p("got_house"))), 0)


def settle(p: Fact) -> Any:
    degree, title, born = p("degree"), p("title"), p("birth")
    rows = [
        (title == 4) & _at_most(born, 55),
        (degree == 4) & _at_most(born, 45),
        (title == 3) & _at_most(born, 50),
        (degree == 3) & (p("school") == 2) & _at_most(born, 40),
    ]
    whole = np.select(rows, [300000, 200000, 150000, 50000], 0)
    who = p("fulltime") & (p("hire") > BACK[2]) & (p("social") >= 6) & (p("contract") >= 36)
    return np.where(who, np.minimum(whole // 3, np.maximum(0, whole - p("got_settle"))), 0)


def postdoc(p: Fact) -> Any:
    who = (p("pd_exit") > BACK[3]) & p("fulltime") & (p("contract") >= 36) & (p("employer") != 5)
    return np.where(who & _at_most(p("birth"), 40), 100000, 0)


def skill(p: Fact) -> Any:
    who = _in(p("employer"), 0, 1) & (p("social") >= 12)
    return np.where(who, np.array([0, 0, 0, 3000, 6000, 10000])[p("skill")], 0)


def founder(p: Fact) -> Any:
    born = p("birth")
    who = (p("employer") == 0) & (p("share") >= 30) & (p("degree") >= 2) & _at_most(born, 45)
    rows = [(p("school") >= 1) & _at_most(born, 35), _at_most(born, 40) | (p("degree") == 4)]
    return np.select([who & row for row in rows], [150000, 100000], 0)


def tax(p: Fact) -> Any:
    category, paid = p("category"), p("tax")
    who = (category >= 1) & (category <= 4) & (paid > 50000)
    return np.where(who, np.minimum((paid - 50000) * 40 // 100, 1000000), 0)


def move(p: Fact) -> Any:
    who = ~p("hukou") & (p("hire") > BACK[1]) & (p("degree") >= 3) & (p("social") >= 1)
    return np.where(who, np.where(p("degree") == 4, 8000, 5000), 0)


def rural(p: Fact) -> Any:
    hired = p("hire")
    who = (p("region") >= 15) & _in(p("employer"), 2, 3, 4)
    rows = [hired <= BACK[5], hired <= BACK[3], hired <= BACK[1]]
    return np.select([who & row for row in rows], [24000, 18000, 12000], 0)


def stipend(p: Fact) -> Any:
    who = p("fulltime") & (p("hire") > BACK[5])
    return np.where(who, np.array([0, 500000, 300000, 200000, 100000, 50000, 20000])[p("category")], 0)


ALONE = {
    f.__name__: f
    for f in (living, apartment, rent, house, settle, postdoc, skill, founder, tax, move, rural, stipend)
}
HIGHEST = (("house", "settle", "postdoc"), ("living", "stipend"))


def stacked(name: str, alone: Fact) -> Any:
    """What is left of a benefit beside the others; ties go to the first named."""
    own = alone(name)
    for group in HIGHEST:
        if name in group:
            place = group.index(name)
            for other_place, other in enumerate(group):
                if other_place < place:
                    own = np.where(alone(name) > alone(other), own, 0)
                elif other_place > place:
                    own = np.where(alone(name) >= alone(other), own, 0)
    return np.where(alone("apartment") == 0, own, 0) if name == "rent" else own


def engine(columns: dict[str, Any]) -> Callable[[], dict[str, int]]:
    """A function that builds a simulation over ``columns`` and sums up every benefit and the capped total."""
    person = entities.build_entity(key="person", plural="persons", label="", is_person=True)
    role = {"key": "member", "plural": "members", "label": ""}
    household = entities.build_entity(key="household", plural="households", label="", roles=[role])
    system = TaxBenefitSystem([person, household])

    def add(name: str, kind: type, formula: Callable[[Fact], Any] | None = None) -> None:
        parts: dict[str, Any] = {
            "entity": person,
            "definition_period": DateUnit.YEAR,
            "label": name,
            "value_type": kind,
        }
        if formula is not None:
            parts["formula"] = lambda people, period: formula(lambda fact: people(fact, period))
        system.add_variable(type(name, (Variable,), parts))

    for name, values in columns.items():
        add(name, bool if values.dtype == bool else int)
    for name, formula in ALONE.items():
        add(f"alone_{name}", int, formula)
        add(f"final_{name}", int, lambda p, name=name: stacked(name, lambda other: p(f"alone_{other}")))

    def total(p: Fact) -> Any:
        whole = sum(p(f"final_{name}") for name in ALONE)
        return np.where(p("category") == 1, whole, np.minimum(whole, 600000))

    add("capped", int, total)

    def run() -> dict[str, int]:
        simulation = SimulationBuilder().build_default_simulation(
            system, count=len(next(iter(columns.values())))
        )
        for name, values in columns.items():
            simulation.set_input(name, YEAR, values)
        capped = simulation.calculate("capped", YEAR)
        found = {name: simulation.calculate(f"final_{name}", YEAR) for name in ALONE}
        report = {name: int(amounts.sum(dtype=np.int64)) for name, amounts in found.items()}
        return {**report, "total": int(capped.sum(dtype=np.int64))}

    return run
