"""Working out past decisions again, exactly (重算以往认定)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.apps.policies.models import Determination, SweepRun
from juxian.apps.policies.queries import policies_by, vocabulary_digest
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, entitlements

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A determination that comes out otherwise now."""

    determination: Determination
    verdict: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Replay:
    """same, otherwise: determinations. unkept: without a snapshot, from before they were kept.

    vocabulary, engine: whether the words and the engine are those of then.
    """

    run: SweepRun
    same: int
    unkept: int
    otherwise: tuple[Otherwise, ...]
    vocabulary: bool
    engine: bool

    @property
    def exact(self) -> bool:
        return not self.otherwise and not self.unkept


def replay_run(*, run: SweepRun, pack: Pack, person: int | None = None) -> Replay:
    """Every determination of a run again: the texts, profiles and the day of then, today's engine. Writes nothing.

    Raises ``LookupError`` when a text of the run is not kept.
    """
    policies = policies_by(run.texts, pack)
    rows = Determination.objects.filter(run=run).select_related("snapshot").order_by("person_id", "id")
    rows = rows.filter(person_id=person) if person is not None else rows
    same = unkept = 0
    otherwise: list[Otherwise] = []
    answers: dict[tuple[str, str], tuple[str, int]] = {}
    asked = ""
    for row in rows.iterator(chunk_size=CHUNK):
        if row.snapshot is None:
            unkept += 1
            continue
        if row.snapshot_id != asked:
            found = entitlements(policies, row.snapshot.values, run.as_of, pack.schema)
            answers = {(e.policy.id, e.benefit.id): (e.verdict.value, e.amount_fen or 0) for e in found}
            asked = str(row.snapshot_id)
        verdict, amount = answers.get((row.policy, row.benefit), ("no", 0))
        if (verdict, amount) == (row.verdict, row.amount_fen):
            same += 1
        else:
            otherwise.append(Otherwise(row, verdict, amount))
    known = vocabulary_digest(pack.schema) == run.vocabulary
    return Replay(run, same, unkept, tuple(otherwise), known, run.engine_version == ENGINE_VERSION)
