"""Every published figure that is not pending is counted from records and equals what was published."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from juxian.apps.assessment.queries import (
    facts_behind,
    measure,
    organisations_behind,
    people_behind,
    reported_figures,
)
from juxian.apps.packs.actions import install_pack
from juxian.apps.packs.queries import installed
from juxian.apps.persons.actions import register_people_in_bulk, withdraw_fact
from juxian.apps.persons.models import Fact
from juxian.config.cli import main
from juxian.core.packs import load_all
from juxian.core.packs.schema import Pack
from juxian.core.population import cohort_persons, make_people
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db
PACKS = sorted(code for code, pack in load_all().items() if pack.population)


def with_people(code: str, more: int = 40) -> Pack:
    """The pack installed with its cohorts and ``more`` persons of the filler."""
    pack = load_all()[code]
    root = install_pack(pack).root
    drafts = make_people(pack, cohort_persons(pack) + more)
    register_people_in_bulk(home=root, drafts=drafts, source=SourceFactory(day=pack.as_of))
    return pack


@pytest.mark.parametrize("code", PACKS)
def test_what_was_published_is_what_the_records_give(code: str) -> None:
    pack = with_people(code)

    results = reported_figures(pack)

    computed = [result for result in results if not result.pending]
    assert {result.figure.id: result.computed for result in computed if not result.holds} == {}
    assert all(result.computed is None and result.holds is None for result in results if result.pending)
    assert len(results) == len(pack.figures)


def test_at_least_thirty_five_figures_are_computed_over_the_six_packs() -> None:
    figures = [figure for code in PACKS for figure in load_all()[code].figures]

    assert len(PACKS) == 6
    assert sum(not figure.pending for figure in figures) >= 35


@pytest.mark.parametrize("code", ["jiayuguan", "tinghu"])
def test_a_figure_opens_to_as_many_as_it_says(code: str) -> None:
    pack = with_people(code)

    for indicator in pack.indicators.values():
        value = measure(indicator, pack, pack.as_of)
        if indicator.measure == "persons" or (
            indicator.measure == "facts" and indicator.distinct and not indicator.sum
        ):
            assert people_behind(indicator, pack, pack.as_of).count() == value, indicator.id
        if indicator.measure == "organisations":
            assert organisations_behind(indicator, pack, pack.as_of).count() == value, indicator.id


def test_the_command_prints_one_object_with_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    pack = with_people("xinxiang-medical", more=0)

    status = main(["indicator", "reported", "--pack", pack.code, "--json"])

    printed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert [row["id"] for row in printed["figures"]] == [figure.id for figure in pack.figures]
    assert {row["holds"] for row in printed["figures"]} == {True, None}
    assert all("pending" in row or row["holds"] is not None for row in printed["figures"])


def test_a_place_that_is_not_installed_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert installed() == []
    assert main(["indicator", "reported", "--pack", "nowhere"]) == 2
    assert "没有安装" in capsys.readouterr().err


def test_a_figure_is_counted_once_until_the_register_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pack = with_people("jiayuguan", more=0)
    indicator = pack.indicators["introduced-masters"]
    before = measure(indicator, pack, pack.as_of)
    with django_assert_num_queries(1):  # only whether anything has changed
        measure(indicator, pack, pack.as_of)
    fact = Fact.objects.filter(pk__in=facts_behind(indicator, pack, pack.as_of)).first()
    assert fact is not None

    withdraw_fact(fact=fact, by=None, reason="重复登记")

    assert before is not None
    assert measure(indicator, pack, pack.as_of) == before - 1
