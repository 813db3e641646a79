"""A run over the register keeps who is entitled and who lacks a paper, and is the same by either engine."""

from datetime import timedelta

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.packs.actions import install_pack
from juxian.apps.persons.actions import register_people_in_bulk
from juxian.apps.persons.models import Profile
from juxian.apps.policies.actions import population_frame, sweep_pack, sweeping
from juxian.apps.policies.models import Determination, ProfileSnapshot, RunAnswer, RunPerson, SweepRun
from juxian.apps.policies.queries import benefit_totals, newest_run, snapshot_digest
from juxian.core.packs import load_all
from juxian.core.packs.schema import Pack
from juxian.core.policy import entitlements, sweep
from juxian.core.population import make_people
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db


def with_people(code: str, count: int) -> Pack:
    pack = load_all()[code]
    root = install_pack(pack).root
    register_people_in_bulk(home=root, drafts=make_people(pack, count), source=SourceFactory(day=pack.as_of))
    return pack


def found(pack: Pack, engine: str) -> set[tuple[object, ...]]:
    run = sweep_pack(pack=pack, as_of=pack.as_of, engine=engine)
    rows = run.determinations
    return set(
        rows.values_list("person", "answer__policy", "answer__benefit", "answer__verdict", "amount_fen")
    )


def test_both_engines_find_the_same() -> None:
    pack = with_people("xinxiang-medical", 0)

    columnar, rowwise = found(pack, "polars"), found(pack, "rowwise")

    assert columnar == rowwise
    assert columnar


def test_the_page_of_a_person_says_what_the_run_says() -> None:
    pack = with_people("xinxiang-medical", 0)
    rows = found(pack, "polars")

    told = set()
    for profile in Profile.objects.all():
        result = entitlements(pack.policies.values(), profile.values, pack.as_of, pack.schema)
        told |= {
            (profile.pk, item.policy.id, item.benefit.id, str(item.verdict), item.amount_fen or 0)
            for item in result.items
            if item.verdict in ("yes", "unknown")
        }
    assert told == rows


def test_a_run_is_finished_and_audited() -> None:
    pack = with_people("xinxiang-medical", 0)

    run = sweep_pack(pack=pack, as_of=pack.as_of)

    assert run.finished_at is not None
    assert run.persons == Profile.objects.count()
    entry = AuditEntry.objects.get(action="policies.swept")
    assert (entry.subject_id, entry.detail["persons"]) == (str(run.pk), run.persons)


def test_a_population_frame_has_a_row_for_each_person_and_a_column_for_each_stored_field() -> None:
    pack = with_people("xinxiang-medical", 0)

    frame = population_frame(pack, install_pack(pack).root)

    stored = [name for name, field in pack.schema.profile.items() if not field.years_since]
    assert frame.columns == ["person", *stored]
    assert frame.height == Profile.objects.count()


def test_every_answer_of_a_run_stands_with_its_version_and_the_clauses_not_met() -> None:
    pack = with_people("xinxiang-medical", 0)
    run = sweep_pack(pack=pack, as_of=pack.as_of)
    frame = population_frame(pack, install_pack(pack).root)

    lines = sweep(pack.policies.values(), frame, pack.as_of, pack.schema)
    kept = {answer.place: answer for answer in RunAnswer.objects.filter(run=run)}
    told = {
        (asked.person_id, a.policy, a.benefit, a.verdict, a.failed)
        for asked in RunPerson.objects.filter(run=run)
        for a in map(kept.get, asked.places)
    }

    assert told == set(lines.select("person", "policy", "benefit", "verdict", "failed").iter_rows())
    assert any(failed for *_, failed in told)
    for asked in RunPerson.objects.filter(run=run).select_related("snapshot"):
        values = Profile.objects.get(pk=asked.person_id).values
        assert (asked.snapshot_id, asked.snapshot.values) == (snapshot_digest(values), values)
        for answer in map(kept.get, asked.places):
            version = (
                next(v for v in pack.policies[answer.policy].versions if v.since == answer.version)
                if answer.version
                else None
            )
            day = values.get(version.applies_by) if version and version.applies_by else pack.as_of.isoformat()
            assert version is None or version.since.isoformat() <= day


def test_totals_of_answers_are_those_of_the_rows() -> None:
    pack = with_people("xinxiang-medical", 0)
    run = sweep_pack(pack=pack, as_of=pack.as_of)

    for (policy, benefit), total in benefit_totals(run).items():
        rows = run.determinations.filter(answer__policy=policy, answer__benefit=benefit)
        yes = list(rows.filter(answer__verdict="yes").values_list("amount_fen", flat=True))
        assert (total.entitled, total.amount_fen) == (len(yes), sum(yes))
        assert total.unknown == rows.filter(answer__verdict="unknown").count()


class Stopped(Exception):
    pass


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Pack:
    """A run that stopped after its first batch of two persons, in the midst of the second."""
    pack = with_people("xinxiang-medical", 0)
    monkeypatch.setattr(sweeping, "BATCH", 2)
    pour, poured = sweeping.pour, []

    def stopping(model: object, frame: object) -> None:
        poured.append(model)
        if poured.count(RunPerson) > 1:
            raise Stopped
        pour(model, frame)

    monkeypatch.setattr(sweeping, "pour", stopping)
    with pytest.raises(Stopped):
        sweep_pack(pack=pack, as_of=pack.as_of)
    monkeypatch.setattr(sweeping, "pour", pour)
    return pack


def test_an_interrupted_run_shows_nothing_and_goes_on_where_it_stopped(interrupted: Pack) -> None:
    begun = SweepRun.objects.get()
    assert newest_run(interrupted.code) is None
    assert RunPerson.objects.count() == 2
    assert begun.cursor == max(RunPerson.objects.values_list("person", flat=True))

    run = sweep_pack(pack=interrupted, as_of=interrupted.as_of)
    whole = set(run.determinations.values_list("person", "answer__policy", "answer__benefit", "amount_fen"))
    totals = benefit_totals(run)
    SweepRun.objects.all().delete()
    again = sweep_pack(pack=interrupted, as_of=interrupted.as_of)

    assert run.pk == begun.pk
    assert run.persons == again.persons == Profile.objects.count() > 2
    assert whole == set(
        again.determinations.values_list("person", "answer__policy", "answer__benefit", "amount_fen")
    )
    assert totals == benefit_totals(again) != {}


def test_an_interrupted_run_of_another_day_is_thrown_away(interrupted: Pack) -> None:
    begun = SweepRun.objects.get()
    SweepRun.objects.update(touched_at=begun.touched_at - 2 * sweeping.ABANDONED)

    run = sweep_pack(pack=interrupted, as_of=interrupted.as_of + timedelta(days=1))

    assert list(SweepRun.objects.all()) == [run]
    assert set(RunPerson.objects.values_list("run", flat=True)) == {run.pk}
    assert set(Determination.objects.values_list("answer__run", flat=True)) == {run.pk}
    assert ProfileSnapshot.objects.count() == len({p.snapshot_id for p in RunPerson.objects.all()})
