"""Working out past decisions again, exactly (重算以往认定)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from juxian.apps.policies.models import Determination, RunAnswer, RunPerson, SweepRun
from juxian.apps.policies.queries import policies_by, vocabulary_digest
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, entitlements

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A determination that comes out otherwise now; one that is not stored was a no."""

    determination: Determination
    verdict: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Replay:
    """same, otherwise: determinations; refused: of what was a no, how much is. unkept: without a snapshot, from before they were kept.

    vocabulary, engine: whether the words and the engine are those of then.
    """

    run: SweepRun
    same: int
    unkept: int
    otherwise: tuple[Otherwise, ...]
    vocabulary: bool
    engine: bool
    refused: int = 0

    @property
    def exact(self) -> bool:
        return not self.otherwise and not self.unkept


_Row = TypeVar("_Row")


def batched(rows: Iterator[_Row], size: int) -> Iterator[list[_Row]]:
    """The rows in lists of at most ``size``."""
    while found := list(islice(rows, size)):
        yield found


def replay_run(*, run: SweepRun, pack: Pack, person: int | None = None) -> Replay:
    """Every answer of a run again: the texts, profiles and the day of then, today's engine. Writes nothing.

    Raises ``LookupError`` when a text of the run is not kept.
    """
    policies = policies_by(run.texts, pack)
    answers = {answer.place: answer for answer in RunAnswer.objects.filter(run=run)}
    only = {} if person is None else {"person": person}
    same = refused = kept = 0
    otherwise: list[Otherwise] = []
    people = RunPerson.objects.filter(run=run, **only).select_related("snapshot").order_by("person_id")
    for chunk in batched(people.iterator(chunk_size=CHUNK), CHUNK):
        written = _written(run, chunk)
        for asked in chunk:
            found = entitlements(policies, asked.snapshot.values, run.as_of, pack.schema)
            now = {(e.policy.id, e.benefit.id): (e.verdict.value, e.amount_fen or 0) for e in found}
            for row in [*written.get(asked.person_id, ()), *_refusals(asked, answers)]:
                verdict, amount = now.get((row.policy, row.benefit), ("no", 0))
                if (verdict, amount) != (row.verdict, row.amount_fen):
                    otherwise.append(Otherwise(row, verdict, amount))
                elif row.verdict == "no":
                    refused += 1
                else:
                    same += 1
                kept += row.pk is not None
    unkept = Determination.objects.filter(answer__run=run, **only).count() - kept
    known = vocabulary_digest(pack.schema) == run.vocabulary
    return Replay(run, same, unkept, tuple(otherwise), known, run.engine_version == ENGINE_VERSION, refused)


def _written(run: SweepRun, people: Iterable[RunPerson]) -> dict[int, list[Determination]]:
    rows = Determination.objects.filter(answer__run=run, person__in=[asked.person_id for asked in people])
    found: dict[int, list[Determination]] = {}
    for row in rows.select_related("answer").order_by("person_id", "id"):
        found.setdefault(row.person_id, []).append(row)
    return found


def _refusals(asked: RunPerson, answers: Mapping[int, RunAnswer]) -> list[Determination]:
    """What was a no, as determinations that are not stored."""
    refused = [answers[place] for place in asked.places if answers[place].verdict == "no"]
    return [Determination(answer=answer, person_id=asked.person_id) for answer in refused]
