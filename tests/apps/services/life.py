"""The simulated life of the benchmark for a stage of the tests: a rule changes half way (模拟)."""

from __future__ import annotations

from datetime import date

from benchmarks.case_life import Life

from tests.apps.services.stage import ANSWERS, FILES, Stage, example

CHANGED = date(2024, 7, 1)


def made(stage: Stage, seed: int = 7) -> Life:
    pack = stage.place.pack
    first = example(pack)
    text = first.origin.source.text.replace(
        "deadline: {days: 5, late: escalate}", "deadline: {days: 3, late: escalate}"
    )
    return Life(
        home=stage.root,
        employer=stage.place.employer,
        services=((date(2000, 1, 1), first), (CHANGED, example(pack, text=text))),
        answers=ANSWERS,
        materials={name: tuple(files) for name, files in FILES.items()},
        mark="account",
        seed=seed,
    )
