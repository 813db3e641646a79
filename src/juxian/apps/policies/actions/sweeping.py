"""Running a pack's policies over its register (政策找人)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from pydantic_core import from_json

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.gate import writing
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Profile
from juxian.apps.policies.actions.pouring import pour, pour_snapshots
from juxian.apps.policies.actions.publishing import publish_text
from juxian.apps.policies.models import Determination, PolicyVersion, RunAnswer, RunPerson, SweepRun
from juxian.apps.policies.queries import digest_of_text, snapshot_text, vocabulary_digest
from juxian.apps.sealing import opened
from juxian.core.facts.schema import Kind
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, sweep

if TYPE_CHECKING:
    import polars

CHUNK = 5000
BATCH = 50_000  # persons who are asked and written in one transaction; each writes in most pages of the snapshots' index
ABANDONED = timedelta(minutes=10)  # without a batch, a run of another day is taken for interrupted
_KEY = ("policy", "benefit", "version", "verdict", "failed")


@dataclass(frozen=True)
class _Sweep:
    """A run at work. answers: what was answered so far → (id, place)."""

    run: SweepRun
    pack: Pack
    root: Organisation
    answers: dict[tuple[Any, ...], tuple[int, int]] = field(default_factory=dict)


def sweep_pack(*, pack: Pack, as_of: date, by: User | None = None, engine: str = "polars") -> SweepRun:
    """Evaluate all policies for all persons of the pack and keep every answer; see ``RunPerson`` and ``Determination``.

    Persons are asked and written batch by batch, each in one transaction together with how far the run has come. Nothing is
    seen before ``finished_at``, which comes last. An interrupted run of the same day, texts and words goes on where it
    stopped; one of another day or other texts is thrown away.
    """
    root = Organisation.objects.get(code=pack.root)
    at_work = _begun(pack, root, as_of, engine)
    while _ask_next(at_work):
        pass
    return _finish(at_work, by)


def _begun(pack: Pack, root: Organisation, as_of: date, engine: str) -> _Sweep:
    with writing():
        wanted = {
            "as_of": as_of,
            "texts": [list(text) for text in texts_kept(pack)],
            "vocabulary": vocabulary_digest(pack.schema),
            "engine_version": ENGINE_VERSION,
        }
        for run in SweepRun.objects.select_for_update().filter(pack=pack.code, finished_at=None):
            if all(getattr(run, name) == value for name, value in wanted.items()):
                kept = RunAnswer.objects.filter(run=run).values_list(*_KEY, "pk", "place")
                return _Sweep(run, pack, root, {tuple(row[:5]): (row[5], row[6]) for row in kept})
            if (run.touched_at or run.started_at) < now() - ABANDONED:
                run.delete()
        return _Sweep(SweepRun.objects.create(pack=pack.code, engine=engine, **wanted), pack, root)


def _ask_next(at_work: _Sweep) -> bool:
    """Ask and write the next persons; False when nobody is left."""
    import polars  # loads only when somebody sweeps

    from juxian.core.policy.sweeping import versions_of  # which needs it

    cursor = SweepRun.objects.values_list("cursor", flat=True).get(pk=at_work.run.pk)
    people = Profile.objects.filter(home=at_work.root, pk__gt=cursor).order_by("pk")
    rows = list(_read(people[:BATCH]))
    if not rows:
        return False
    snapshots = [snapshot_text(values) for _, values in rows]
    digests = [digest_of_text(text) for text in snapshots]
    frame = frame_of(at_work.pack, rows)
    policies = list(at_work.pack.policies.values())
    run = at_work.run
    found = sweep(policies, frame, run.as_of, at_work.pack.schema, engine=run.engine)
    versions = versions_of(policies, frame, run.as_of)
    keys = found.select("policy", "benefit").unique(maintain_order=True).rows()
    if keys:
        since = polars.concat([versions[policy] for policy, _ in keys]).alias("version")
        found = found.with_columns(since)
    with writing():
        held = SweepRun.objects.select_for_update().get(pk=run.pk)
        if held.cursor != cursor or held.finished_at:
            return True  # another worker did these
        pour_snapshots(dict(zip(digests, snapshots, strict=True)))
        answers = _write_answers(at_work, found, len(keys), len(rows)) if keys else [b""] * len(rows)
        pour(
            RunPerson,
            frame.select(
                polars.lit(run.pk).alias("run_id"),
                polars.col("person").alias("person_id"),
                polars.Series("snapshot_id", digests),
                polars.Series("answers", answers, dtype=polars.Binary),
            ),
        )
        SweepRun.objects.filter(pk=run.pk).update(
            cursor=rows[-1][0], persons=F("persons") + len(rows), touched_at=now()
        )
    return True


def _write_answers(at_work: _Sweep, found: polars.DataFrame, benefits: int, persons: int) -> list[bytes]:
    """Determinations of the yes and the unknown, and the totals of each answer; returns the answers of each person."""
    import numpy  # both load only when somebody sweeps
    import polars

    told = found.group_by(_KEY, maintain_order=True).agg(
        polars.len().alias("persons"), polars.col("amount_fen").filter(polars.col("verdict") == "yes").sum()
    )
    known = _answers(at_work, told.select(_KEY).rows())
    told = told.with_columns(
        polars.Series("answer_id", [pk for pk, _ in known], dtype=polars.Int64),
        polars.Series("place", [place for _, place in known], dtype=polars.UInt32),
    )
    _add_totals(told)
    lines = found.join(
        told.select(*_KEY, "answer_id", "place"),
        on=list(_KEY),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    pour(
        Determination,
        lines.filter(polars.col("verdict") != "no").select(
            "answer_id", polars.col("person").alias("person_id"), polars.col("amount_fen").fill_null(0)
        ),
    )
    places = numpy.ascontiguousarray(lines["place"].to_numpy().reshape(benefits, persons).T.astype("<u4"))
    packed, width = places.tobytes(), 4 * benefits
    return [packed[start : start + width] for start in range(0, len(packed), width)]


def _answers(at_work: _Sweep, keys: Sequence[tuple[Any, ...]]) -> list[tuple[int, int]]:
    """(id, place) of each answer; made when it is given first."""
    known = at_work.answers
    new = [key for key in keys if key not in known]
    made = RunAnswer.objects.bulk_create(
        RunAnswer(run=at_work.run, place=place, **dict(zip(_KEY, key, strict=True)))
        for place, key in enumerate(new, start=len(known) + 1)
    )
    known |= {key: (answer.pk, answer.place) for key, answer in zip(new, made, strict=True)}
    return [known[key] for key in keys]


def _add_totals(told: polars.DataFrame) -> None:
    table = connection.ops.quote_name(RunAnswer._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET persons = persons + %s, amount_fen = amount_fen + %s WHERE id = %s",  # noqa: S608  # our own name
            told.select("persons", "amount_fen", "answer_id").rows(),
        )


def _finish(at_work: _Sweep, by: User | None) -> SweepRun:
    with writing():
        run = SweepRun.objects.select_for_update().get(pk=at_work.run.pk)
        if run.finished_at is None:
            run.finished_at = now()
            run.save(update_fields=["finished_at"])
            record(
                "policies.swept",
                actor=by,
                subject=run,
                organisation_path=at_work.root.path,
                detail={
                    "as_of": run.as_of.isoformat(),
                    "persons": run.persons,
                    "determinations": sum(
                        RunAnswer.objects.filter(run=run)
                        .exclude(verdict="no")
                        .values_list("persons", flat=True)
                    ),
                },
            )
    return run


def texts_kept(pack: Pack) -> list[tuple[str, str]]:
    """(policy, digest of its text) in the order of the rulebook; each text is kept."""
    texts = []
    for policy in pack.policies.values():
        text = policy.origin.source.text
        digest = digest_of_text(text)
        if not PolicyVersion.objects.filter(pack=pack.code, policy=policy.id, digest=digest).exists():
            publish_text(pack=pack.code, policy=policy, text=text)
        texts.append((policy.id, digest))
    return texts


def keep_snapshots(persons: Sequence[int]) -> dict[int, str]:
    """Person → digest of the profile as it is now; equal profiles are kept once."""
    digests: dict[int, str] = {}
    for start in range(0, len(persons), CHUNK):
        people = Profile.objects.filter(pk__in=persons[start : start + CHUNK])
        texts = {pk: snapshot_text(values) for pk, values in _read(people)}
        found = {pk: digest_of_text(text) for pk, text in texts.items()}
        pour_snapshots({digest: texts[pk] for pk, digest in found.items()})
        digests |= found
    return digests


def population_frame(pack: Pack, root: Organisation, ids: Sequence[int] | None = None) -> polars.DataFrame:
    """The profiles of a pack's persons, or of ``ids`` among them; see ``frame_of``."""
    people = Profile.objects.filter(home=root).order_by("pk")
    return frame_of(pack, _read(people if ids is None else people.filter(pk__in=ids)))


def _read(people: QuerySet[Profile]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(id, profile); the JSON comes as text and is read by a quicker reader than Django's."""
    rows = people.annotate(text=Cast("values", TextField())).values_list("pk", "text")
    for pk, text in rows.iterator(chunk_size=CHUNK):
        yield pk, opened(from_json(text, cache_strings="keys"))


def frame_of(pack: Pack, rows: Iterable[tuple[int, dict[str, Any]]]) -> polars.DataFrame:
    """(id, profile) as one row each, ``person`` (id) and one column per stored field.

    Shape (persons, 1 + fields); null = unknown; dates as ISO text, levels as codes, amounts as JSON text.
    """
    import polars  # loads only when somebody sweeps

    fields = {name: field.type.kind for name, field in pack.schema.profile.items() if not field.years_since}
    people: list[int] = []
    columns: dict[str, list[object]] = {name: [] for name in fields}
    filled = list(columns.items())
    for pk, values in rows:
        people.append(pk)
        get = values.get
        for name, column in filled:
            column.append(get(name))
    frame = polars.DataFrame({"person": polars.Series("person", people, dtype=polars.Int64)})
    return frame.with_columns([_series(name, fields[name], column) for name, column in columns.items()])


def _series(name: str, kind: Kind, values: list[object]) -> polars.Series:
    import polars  # loads only when somebody sweeps

    dtypes: dict[Kind, polars.DataType] = {
        Kind.INTEGER: polars.Int64(),
        Kind.MONEY: polars.Int64(),
        Kind.MONTHS: polars.Int64(),
        Kind.BOOLEAN: polars.Boolean(),
        Kind.LEVELS: polars.List(polars.String()),
    }
    if kind is Kind.AMOUNTS:
        values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return polars.Series(name, values, dtype=dtypes.get(kind, polars.String()), strict=True)
