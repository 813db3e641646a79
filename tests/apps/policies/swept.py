"""Sweeps a register in small batches, stopping once and going on, and prints what stands then.

Run as a program of its own (``python -m tests.apps.policies.swept``): it fills the database that the settings name.
"""

from __future__ import annotations

import json
import sys

import django
import polars

PLACE = "xinxiang-medical"


class Stopped(Exception):
    pass


def main() -> None:

    from juxian.apps.packs.actions import install_pack
    from juxian.apps.persons.actions import register_people_in_bulk
    from juxian.apps.persons.enums import SourceKind
    from juxian.apps.persons.models import Person, Source
    from juxian.apps.policies.actions import replay_run, sweep_pack, sweeping
    from juxian.apps.policies.models import ProfileSnapshot, RunAnswer, RunPerson
    from juxian.core.packs import load_all
    from juxian.core.population import make_people

    pack = load_all()[PLACE]
    root = install_pack(pack).root
    source = Source.objects.create(kind=SourceKind.DEMO, title="test", organisation=root, day=pack.as_of)
    register_people_in_bulk(home=root, drafts=make_people(pack, 0), source=source)
    sweeping.BATCH = 5
    pour = sweeping.pour
    seen: list[object] = []

    def stopping(model: type, frame: polars.DataFrame) -> None:
        seen.append(model)
        if seen.count(RunPerson) == 2:
            raise Stopped
        pour(model, frame)

    sweeping.pour = stopping
    try:
        sweep_pack(pack=pack, as_of=pack.as_of)
    except Stopped:
        pass
    else:
        raise SystemExit("it did not stop")
    half = RunPerson.objects.count()
    sweeping.pour = pour
    run = sweep_pack(pack=pack, as_of=pack.as_of)
    numbers = dict(Person.objects.values_list("pk", "number"))
    answers = {a.place: a for a in RunAnswer.objects.filter(run=run)}
    rows = run.determinations.values_list(
        "person", "answer__policy", "answer__benefit", "answer__verdict", "amount_fen"
    )
    replay = replay_run(run=run, pack=pack)
    told = {
        "half": half,
        "persons": run.persons,
        "rows": sorted([numbers[row[0]], *row[1:]] for row in rows),
        "failed": sorted(
            [numbers[asked.person_id], answers[p].policy, answers[p].benefit, answers[p].failed]
            for asked in RunPerson.objects.filter(run=run)
            for p in asked.places
        ),
        "snapshots": sorted(ProfileSnapshot.objects.values_list("pk", flat=True)),
        "exact": replay.exact,
        "refused": replay.refused,
    }
    json.dump(told, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    django.setup()
    main()
