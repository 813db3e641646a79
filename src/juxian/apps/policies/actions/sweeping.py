"""Running a pack's policies over its register (政策找人)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import polars
from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Profile
from juxian.apps.policies.actions.publishing import publish_text
from juxian.apps.policies.models import Determination, PolicyVersion, ProfileSnapshot, SweepRun
from juxian.apps.policies.queries import digest_of_text, snapshot_digest, vocabulary_digest
from juxian.core.facts.schema import Kind
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, sweep

CHUNK = 5000


def sweep_pack(*, pack: Pack, as_of: date, by: User | None = None, engine: str = "polars") -> SweepRun:
    """Evaluate all policies for all persons of the pack and keep who is entitled or lacks papers.

    The rows of a run become visible together with its ``finished_at``; an interrupted run leaves nothing.
    """
    root = Organisation.objects.get(code=pack.root)
    frame = population_frame(pack, root)
    found = sweep(list(pack.policies.values()), frame, as_of, pack.schema, engine=engine)
    rows = found.filter(polars.col("verdict").is_in(["yes", "unknown"]))
    with transaction.atomic():
        run = SweepRun.objects.create(
            pack=pack.code,
            as_of=as_of,
            engine=engine,
            persons=frame.height,
            engine_version=ENGINE_VERSION,
            texts=texts_kept(pack),
            vocabulary=vocabulary_digest(pack.schema),
        )
        snapshots = keep_snapshots(rows["person"].unique().to_list())
        for part in rows.iter_slices(CHUNK):
            Determination.objects.bulk_create(
                Determination(
                    run=run,
                    person_id=person,
                    policy=policy,
                    benefit=benefit,
                    verdict=verdict,
                    amount_fen=fen or 0,
                    snapshot_id=snapshots[person],
                )
                for person, policy, benefit, verdict, fen in part.select(
                    "person", "policy", "benefit", "verdict", "amount_fen"
                ).iter_rows()
            )
        SweepRun.objects.filter(pk=run.pk).update(finished_at=now())
        record(
            "policies.swept",
            actor=by,
            subject=run,
            organisation_path=root.path,
            detail={"as_of": as_of.isoformat(), "persons": frame.height, "determinations": rows.height},
        )
    run.refresh_from_db()
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
        rows = Profile.objects.filter(pk__in=persons[start : start + CHUNK]).values_list("pk", "values")
        found = {pk: (snapshot_digest(values), values) for pk, values in rows}
        ProfileSnapshot.objects.bulk_create(
            [ProfileSnapshot(digest=digest, values=values) for digest, values in found.values()],
            ignore_conflicts=True,
        )
        digests |= {pk: digest for pk, (digest, _values) in found.items()}
    return digests


def population_frame(pack: Pack, root: Organisation, ids: Sequence[int] | None = None) -> polars.DataFrame:
    """The profiles of a pack's persons, or of ``ids`` among them: one row each, ``person`` (id) and one column per stored field.

    Shape (persons, 1 + fields); null = unknown; dates as ISO text, levels as codes, amounts as JSON text.
    """
    fields = {name: field.type.kind for name, field in pack.schema.profile.items() if not field.years_since}
    people: list[int] = []
    columns: dict[str, list[object]] = {name: [] for name in fields}
    rows = Profile.objects.filter(home=root).order_by("pk").values_list("pk", "values")
    rows = rows if ids is None else rows.filter(pk__in=ids)
    for pk, values in rows.iterator(chunk_size=CHUNK):
        people.append(pk)
        for name, column in columns.items():
            column.append(values.get(name))
    frame = polars.DataFrame({"person": polars.Series("person", people, dtype=polars.Int64)})
    return frame.with_columns([_series(name, fields[name], column) for name, column in columns.items()])


def _series(name: str, kind: Kind, values: list[object]) -> polars.Series:
    if kind is Kind.AMOUNTS:
        values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return polars.Series(name, values, dtype=_DTYPES.get(kind, polars.String()), strict=True)


_DTYPES: dict[Kind, polars.DataType] = {
    Kind.INTEGER: polars.Int64(),
    Kind.MONEY: polars.Int64(),
    Kind.MONTHS: polars.Int64(),
    Kind.BOOLEAN: polars.Boolean(),
    Kind.LEVELS: polars.List(polars.String()),
}
