"""Determinations as a run would write them, one at a time."""

from __future__ import annotations

from django.db.models import F

from juxian.apps.persons.models import Person
from juxian.apps.policies.models import Determination, RunAnswer, RunPerson, SweepRun


def determined(
    run: SweepRun,
    person: Person,
    policy: str,
    benefit: str,
    verdict: str = "yes",
    amount_fen: int = 0,
    snapshot: str = "",
) -> Determination:
    """One answer of ``run`` for a person; snapshot: digest of a kept profile that decided."""
    values = {"policy": policy, "benefit": benefit, "verdict": verdict}
    answer = RunAnswer.objects.filter(run=run, **values).first()
    if answer is None:
        place = RunAnswer.objects.filter(run=run).count() + 1
        answer = RunAnswer.objects.create(run=run, place=place, **values)
    RunAnswer.objects.filter(pk=answer.pk).update(
        persons=F("persons") + 1, amount_fen=F("amount_fen") + amount_fen
    )
    if snapshot:
        RunPerson.objects.get_or_create(run=run, person=person, defaults={"snapshot_id": snapshot})
    return Determination.objects.create(answer=answer, person=person, amount_fen=amount_fen)
