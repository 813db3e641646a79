"""Finding who has become entitled (政策找人): only persons whose facts, policies or day have changed are asked again.

All progress lies in rows that are written with the answers, chunk by chunk: an interrupted run goes on where it stopped, and
two that run at once share the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Min, Q

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.apps.policies.actions.sweeping import keep_snapshots, population_frame, texts_kept
from juxian.apps.policies.actions.telling import tell_employers, tell_persons
from juxian.apps.policies.models import Examined, FindRun, Found, Turning
from juxian.apps.policies.queries import policy_text, vocabulary_digest
from juxian.apps.sets import among, ask
from juxian.core.facts.schema import Derive
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, Policy, sweep
from juxian.core.policy.coming import Calendar, connected, versions_on

if TYPE_CHECKING:
    import polars

CHUNK = 2000
ALL_DAYS = 31
UNDECIDED = (Found.State.KNOWN, Found.State.NEW, Found.State.WAITING, Found.State.STOPPED)


class FindBusy(Exception):
    """Another run of the place, of another day or other texts, began at the same moment."""


@dataclass(frozen=True)
class _Search:
    """A run with what it asks by. announced: whether what is found is told."""

    run: FindRun
    pack: Pack
    root: Organisation
    announced: bool
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def calendar(self, policy: Policy) -> Calendar:
        return self.calendars.setdefault(policy.id, Calendar(policy, self.run.as_of))


def find_entitled(
    *, pack: Pack, as_of: date, by: User | None = None, announce_first: bool = False
) -> FindRun:
    """Ask everybody for whom something changed since the last run; what is new is kept and told once.

    pack: with the texts that count on ``as_of``. The first run of a place tells nobody, unless ``announce_first``. Doing it
    again on the same day asks only those who changed meanwhile.
    """
    root = Organisation.objects.get(code=pack.root)
    run = _begun(pack, root, as_of)
    search = _Search(run, pack, root, announce_first or run.since is not None)
    if run.cursor < 0:
        _derive_for_the_day(root, pack, run)
    if run.changed:
        policies = connected(pack.policies.values(), run.changed, _former(run, pack))
        gone = [id_ for id_ in run.changed if id_ not in pack.policies]
        while ids := _next_of_all(search):
            _ask(search, policies, ids, [policy.id for policy in policies] + gone, of_all=True)
    every = list(pack.policies.values())
    for ids in _changed_persons(search):
        _ask(search, every, ids, None)
    return _finish(search, by)


def mark_changed(people: Sequence[Person]) -> None:
    """Facts of these persons changed: the next run asks them again. Called in the transaction of the change."""
    condition, parameters = among("person_id", sorted({person.pk for person in people}))
    ask(f"UPDATE policies_examined SET changed = changed + 1 WHERE {condition}", parameters)  # noqa: S608  # our own table


# --- the run -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def _begun(pack: Pack, root: Organisation, as_of: date) -> FindRun:
    """The interrupted run of the same day and texts, else a new one. Raises ``FindBusy``."""
    texts: list[list[object]] = [
        [id_, digest, versions_on(pack.policies[id_], as_of)] for id_, digest in texts_kept(pack)
    ]
    vocabulary = vocabulary_digest(pack.schema)
    open_run = FindRun.objects.select_for_update().filter(pack=pack.code, state=FindRun.State.RUNNING).first()
    if open_run is not None:
        if (open_run.as_of, open_run.texts, open_run.vocabulary) == (as_of, texts, vocabulary):
            return open_run
        FindRun.objects.filter(pk=open_run.pk).update(state=FindRun.State.SUPERSEDED)
    last = FindRun.objects.filter(pack=pack.code, state=FindRun.State.FINISHED).order_by("-id").first()
    try:
        with transaction.atomic():
            return FindRun.objects.create(
                pack=pack.code,
                as_of=as_of,
                since=last.as_of if last else None,
                texts=texts,
                vocabulary=vocabulary,
                engine_version=ENGINE_VERSION,
                changed=_changed(last, texts, vocabulary),
            )
    except IntegrityError as error:
        raise FindBusy(pack.code) from error


def _changed(last: FindRun | None, texts: list[list[object]], vocabulary: str) -> list[str]:
    """Policies that stand otherwise than at the last run; all when the words or the engine changed."""
    if last is None:
        return []  # nobody was asked yet, so everybody is new
    before, after = ({str(row[0]): row[1:] for row in rows} for rows in (last.texts, texts))
    whole = (last.vocabulary, last.engine_version) != (vocabulary, ENGINE_VERSION)
    return [id_ for id_ in dict.fromkeys([*after, *before]) if whole or before.get(id_) != after.get(id_)]


def _former(run: FindRun, pack: Pack) -> list[Policy]:
    """The changed policies as their texts were before."""
    last = FindRun.objects.filter(pack=run.pack, state=FindRun.State.FINISHED).order_by("-id").first()
    found = []
    for id_, digest, *_ in last.texts if last else []:
        if id_ in run.changed:
            try:
                found.append(policy_text(pack.code, id_, digest, pack.schema))
            except (
                LookupError
            ):  # it was written in words that are no more; then everything is asked again anyway
                continue
    return found


def _derive_for_the_day(root: Organisation, pack: Pack, run: FindRun) -> None:
    """Profiles that the day alone changes (a fact begins or ends, or months are counted on); all where the words did."""
    known = Profile.objects.filter(home=root).aggregate(day=Min("derived_for"))["day"]
    after = run.since or known or run.as_of
    those = _everybody(root) if _words_changed(run) else _dated_persons(root, pack, after, run.as_of)
    for ids in _chunks(those):
        with transaction.atomic():
            people = Person.objects.filter(pk__in=ids).select_related("home")
            refresh_profiles(list(people), run.as_of)
    FindRun.objects.filter(pk=run.pk, cursor__lt=0).update(cursor=0)


def _words_changed(run: FindRun) -> bool:
    """Whether the vocabulary is another than at the last run, so that every profile may be."""
    last = FindRun.objects.filter(pack=run.pack, state=FindRun.State.FINISHED).order_by("-id").first()
    return last is not None and last.vocabulary != run.vocabulary


def _everybody(root: Organisation) -> list[int]:
    people = Person.objects.filter(home=root, merged_into=None)
    return list(people.order_by("pk").values_list("pk", flat=True))


def _dated_persons(root: Organisation, pack: Pack, after: date, until: date) -> list[int]:
    if until <= after:
        return []
    dated = Q(since__gt=after, since__lte=until) | Q(until__gt=after, until__lte=until)
    counted = {
        rule.kind for item in pack.schema.profile.values() for rule in item.derive if rule.op is Derive.MONTHS
    }
    if counted:
        running = Q(kind__in=counted) & (Q(until=None) | Q(until__gt=after))
        days = _days_of_month(after, until)
        dated |= running & Q(since__day__in=days) if len(days) < ALL_DAYS else running
    facts = Fact.objects.standing().filter(dated, person__home=root, person__merged_into=None)
    return list(facts.order_by("person").values_list("person", flat=True).distinct())


def _days_of_month(after: date, until: date) -> set[int]:
    """Days of the month on which a full month may be reached in (after, until]; the last day stands in for later ones."""
    found: set[int] = set()
    for step in range(1, min((until - after).days, ALL_DAYS) + 1):
        day = after + timedelta(days=step)
        last = (day + timedelta(days=1)).day == 1
        found |= set(range(day.day, ALL_DAYS + 1)) if last else {day.day}
    return found if (until - after).days < ALL_DAYS else set(range(1, ALL_DAYS + 1))


def _next_of_all(search: _Search) -> list[int]:
    """The next persons who stand as they were asked before; the others are asked about everything."""
    cursor = FindRun.objects.values_list("cursor", flat=True).get(pk=search.run.pk)
    same = Examined.objects.filter(home=search.root, person__gt=cursor, changed=F("seen"))
    return list(same.order_by("person").values_list("person", flat=True)[:CHUNK])


def _changed_persons(search: _Search) -> Iterator[list[int]]:
    """Persons who are new, whose facts changed, or whose day has come; until nobody is left."""
    profiles = Profile.objects.filter(home=search.root, person__examined=None).order_by("person")
    stale = Examined.objects.filter(home=search.root).exclude(changed=F("seen")).order_by("person")
    due = Turning.objects.filter(home=search.root, turns_on__lte=search.run.as_of).order_by("person")
    for rows in (profiles, stale, due):
        while ids := list(rows.values_list("person", flat=True).distinct()[:CHUNK]):
            yield ids


@transaction.atomic
def _finish(search: _Search, by: User | None) -> FindRun:
    run = FindRun.objects.select_for_update().get(pk=search.run.pk)
    if run.state != FindRun.State.RUNNING:
        return run  # another has finished it
    if search.announced:
        tell_employers(run=run, root=search.root)
    FindRun.objects.filter(pk=run.pk).update(state=FindRun.State.FINISHED, finished_at=now())
    run.refresh_from_db()
    detail = {name: getattr(run, name) for name in ("asked", "found", "altered", "ended", "changed")}
    record(
        "policies.searched",
        actor=by,
        subject=run,
        organisation_path=search.root.path,
        detail={"as_of": run.as_of.isoformat(), **detail},
    )
    return run


# --- asking a chunk of persons -----------------------------------------------------------------------------------------


@transaction.atomic
def _ask(
    search: _Search,
    policies: Sequence[Policy],
    ids: Sequence[int],
    only: Sequence[str] | None,
    *,
    of_all: bool = False,
) -> None:
    """Work ``policies`` out for ``ids`` and keep what differs; only: ids of the policies that were asked, None for all."""
    run = FindRun.objects.select_for_update().get(pk=search.run.pk)
    if run.state != FindRun.State.RUNNING or (of_all and run.cursor >= ids[0]):
        return  # another worker did these
    marks = dict(Examined.objects.filter(person__in=ids).values_list("person", "changed"))
    frame = population_frame(search.pack, search.root, ids)
    answers = _answers(search, policies, frame)
    counts = _keep(search, answers, ids, only)
    _keep_days(search, policies, frame, ids, only)
    if not of_all:
        _settle(search.root, ids, marks)
    values: dict[str, Any] = {name: F(name) + number for name, number in counts.items()}
    if of_all:
        values["cursor"] = ids[-1]
    FindRun.objects.filter(pk=run.pk).update(asked=F("asked") + len(ids), **values)


def _answers(
    search: _Search, policies: Sequence[Policy], frame: polars.DataFrame
) -> dict[tuple[int, str, str], int]:
    """(person, policy, benefit) → fen, of those who are entitled."""
    if not policies or not frame.height:
        return {}
    import polars  # loads only when somebody sweeps

    rows = sweep(policies, frame, search.run.as_of, search.pack.schema)
    yes = rows.filter(polars.col("verdict") == "yes").select("person", "policy", "benefit", "amount_fen")
    return {(person, policy, benefit): fen or 0 for person, policy, benefit, fen in yes.iter_rows()}


def _keep(
    search: _Search, answers: dict[tuple[int, str, str], int], ids: Sequence[int], only: Sequence[str] | None
) -> dict[str, int]:
    """Write what is new, what changed its amount and what is no more; returns how many of each."""
    rows = Found.objects.filter(person__in=ids, ended_on=None)
    standing = {
        (f.person_id, f.policy, f.benefit): f
        for f in (rows if only is None else rows.filter(policy__in=only))
    }
    gone = [found.pk for key, found in standing.items() if key not in answers]
    Found.objects.filter(pk__in=gone).update(ended_on=search.run.as_of)
    altered = _alter(search, standing, answers)
    fresh = [key for key in answers if key not in standing]
    made = _make(search, fresh, answers)
    if search.announced:
        tell_persons(found=made, pack=search.pack, root=search.root)
    return {"found": len(made) if search.announced else 0, "altered": altered, "ended": len(gone)}


def _alter(
    search: _Search, standing: dict[tuple[int, str, str], Found], answers: dict[tuple[int, str, str], int]
) -> int:
    """Amounts of what is not decided yet follow the policy; what was granted or declined stays as it was."""
    other = [
        found
        for key, found in standing.items()
        if key in answers and answers[key] != found.amount_fen and found.state in UNDECIDED
    ]
    snapshots = keep_snapshots([found.person_id for found in other])
    digests = {str(row[0]): str(row[1]) for row in search.run.texts}
    for found in other:
        key = found.person_id, found.policy, found.benefit
        found.before_fen, found.amount_fen = found.amount_fen, answers[key]
        found.snapshot_id, found.digest = snapshots[found.person_id], digests[found.policy]
        found.run = search.run
    Found.objects.bulk_update(
        other, ["before_fen", "amount_fen", "snapshot", "digest", "run"], batch_size=500
    )
    return len(other)


def _make(
    search: _Search, keys: Sequence[tuple[int, str, str]], answers: dict[tuple[int, str, str], int]
) -> list[Found]:
    snapshots = keep_snapshots(sorted({person for person, _, _ in keys}))
    digests = {str(row[0]): str(row[1]) for row in search.run.texts}
    return Found.objects.bulk_create(
        [
            Found(
                home=search.root,
                person_id=key[0],
                run=search.run,
                policy=key[1],
                benefit=key[2],
                amount_fen=answers[key],
                digest=digests[key[1]],
                snapshot_id=snapshots[key[0]],
                found_on=search.run.as_of,
                **_begins(search, key[1], key[2]),
            )
            for key in keys
        ],
        batch_size=500,
    )


def _begins(search: _Search, policy: str, benefit: str) -> dict[str, object]:
    """The state in which it begins, and from which day it is granted without application."""
    if not search.announced:
        return {"state": Found.State.KNOWN}
    terms = search.pack.policies[policy].benefits[benefit]
    if terms.delivery != "no_application":
        return {"state": Found.State.NEW}
    days = terms.opt_out_days
    decides = None if days is None else search.run.as_of + timedelta(days=days)
    return {"state": Found.State.WAITING, "decides_on": decides}


def _keep_days(
    search: _Search,
    policies: Sequence[Policy],
    frame: polars.DataFrame,
    ids: Sequence[int],
    only: Sequence[str] | None,
) -> None:
    """The next day on which time alone may change an answer, by person and policy."""
    rows = Turning.objects.filter(person__in=ids)
    (rows if only is None else rows.filter(policy__in=only)).delete()
    calendars = {policy.id: search.calendar(policy) for policy in policies}
    names = sorted({name for calendar in calendars.values() for name in calendar.steps})
    found = [
        Turning(person_id=row["person"], home=search.root, policy=policy, turns_on=day)
        for row in frame.select("person", *names).iter_rows(named=True)
        for policy, calendar in calendars.items()
        if (day := calendar.next_day(row)) is not None
    ]
    Turning.objects.bulk_create(found, batch_size=1000)


def _settle(root: Organisation, ids: Sequence[int], marks: dict[int, int]) -> None:
    """What changed after it was read stays to be asked again."""
    Examined.objects.bulk_create(
        [Examined(person_id=id_, home=root) for id_ in ids if id_ not in marks], ignore_conflicts=True
    )
    by_mark: dict[int, list[int]] = {}
    for id_, mark in marks.items():
        by_mark.setdefault(mark, []).append(id_)
    for mark, people in by_mark.items():
        Examined.objects.filter(person__in=people).update(seen=mark)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
