"""A run over the register keeps who is entitled and who lacks a paper, and is the same by either engine."""

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.packs.actions import install_pack
from juxian.apps.persons.actions import register_people_in_bulk
from juxian.apps.persons.models import Profile
from juxian.apps.policies.actions import population_frame, sweep_pack
from juxian.apps.policies.models import Determination
from juxian.core.packs import load_all
from juxian.core.packs.schema import Pack
from juxian.core.policy import entitlements
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
    rows = Determination.objects.filter(run=run)
    return set(rows.values_list("person", "policy", "benefit", "verdict", "amount_fen"))


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
