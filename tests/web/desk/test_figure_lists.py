"""Each figure of a service or a unit opens the very cases that it counts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.services.models import Case
from juxian.apps.services.queries.figures import (
    SERVICE_SETS,
    UNIT_SETS,
    cases_behind_figure,
    service_figures,
    unit_figures,
)
from tests.apps.services.stage import CLAIM, OPENED, Stage, set_stage
from tests.web.desk.test_cases import signed_in

DAY = date(2026, 1, 28)
WHERE = "desk:case-list"


@pytest.fixture
def stage(db: None, monkeypatch: Any, settings: Any, tmp_path: Any) -> Stage:
    settings.JUXIAN_TODAY = OPENED.date()
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def returned_twice(stage: Stage) -> Case:
    """Finance asks for the account twice and for the day once, then passes late."""
    finance = stage.clerks["finance"]
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    for when, marks in (("2026-01-06 09:00", ["account"]), ("2026-01-08 09:00", ["account", "moved_in"])):
        marked = [(name, "请核对") for name in marks]
        case = stage.does(case, finance, "return", when, task="checks/money", marks=marked, reason="不符")
        answers = {name: {"account": "6222020000000001", "moved_in": "2025-12-02"}[name] for name in marks}
        case = stage.does(case, stage.applicant, "supplement", when.replace("09", "15"), answers=answers)
    return stage.does(case, finance, "pass", "2026-01-27 10:00", task="checks/money")


def test_figures_of_a_unit_count_what_their_lists_hold(stage: Stage) -> None:
    late = returned_twice(stage)
    stage.decided()

    units = {row.unit: row for row in unit_figures([stage.root.pk], DAY)}
    row = units[stage.units["finance"]]

    def held(which: str) -> set[str]:
        unit = stage.units["finance"].pk
        found = cases_behind_figure(stage.root, DAY, which, service=CLAIM, unit=unit)
        return set(found.values_list("number", flat=True))

    assert (row.done, len(held("done"))) == (2, 2)
    assert (row.open, len(held("open"))) == (0, 0)
    assert (row.timed, len(held("unit_timed"))) == (2, 2)
    assert (row.in_time, len(held("unit_in_time"))) == (1, 1)
    assert held("unit_overtime") == {late.number}
    assert (row.returned, row.returns, held("unit_returned")) == (1, 2, {late.number})
    assert (row.twice, row.asked_twice, held("unit_twice")) == (1, 1, {late.number})
    assert (row.median_days, row.median_whole) == (0, 0)  # of 0 and 16


def test_days_of_a_supplement_are_no_days_of_the_unit(stage: Stage) -> None:
    """Opened on the 5th, asked on the 6th, answered on the 8th, asked again on the 12th, not answered before the pass."""
    finance = stage.clerks["finance"]
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    marked = [("account", "请核对")]
    answers = {"account": "6222020000000001"}
    case = stage.does(
        case, finance, "return", "2026-01-06 09:00", task="checks/money", marks=marked, reason="不符"
    )
    case = stage.does(case, stage.applicant, "supplement", "2026-01-08 15:00", answers=answers)
    case = stage.does(case, finance, "pass", "2026-01-12 10:00", task="checks/money")

    turn = case.turns.get(key="checks/money")
    row = {row.unit: row for row in unit_figures([stage.root.pk], DAY)}[stage.units["finance"]]

    assert turn.rests == [["2026-01-06", "2026-01-08"]]
    assert (row.median_days, row.median_whole) == (3, 5)  # the 6th, the 9th, the 12th; the 7th and 8th rested


def test_what_ends_while_it_waits_stops_resting(stage: Stage) -> None:
    finance = stage.clerks["finance"]
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    marked = [("account", "请核对")]
    case = stage.does(
        case, finance, "return", "2026-01-06 09:00", task="checks/money", marks=marked, reason="不符"
    )
    case = stage.does(case, stage.applicant, "withdraw", "2026-01-09 10:00")

    assert case.turns.get(key="checks/money").rests == [["2026-01-06", "2026-01-09"]]
    row = {row.unit: row for row in unit_figures([stage.root.pk], DAY)}[stage.units["finance"]]
    assert (row.median_days, row.median_whole) == (1, 4)


def test_figures_of_a_service_count_what_their_lists_hold(stage: Stage) -> None:
    stage.does(stage.submitted(), stage.applicant, "withdraw")
    stage.submitted()
    returned_twice(stage)

    figures = service_figures([stage.root.pk], DAY)[CLAIM]

    def held(which: str) -> int:
        return cases_behind_figure(stage.root, DAY, which, service=CLAIM).count()

    assert [held(which) for which in SERVICE_SETS] == [
        figures.running,
        figures.late,
        figures.ended,
        figures.ended,
        figures.timed,
        figures.in_time,
        figures.timed - figures.in_time,
        figures.returned,
        figures.twice,
    ]
    assert (figures.running, figures.ended) == (2, 1)


def test_every_figure_on_the_pages_leads_to_a_list(stage: Stage) -> None:
    returned_twice(stage)
    client = signed_in(stage.office)
    link = re.compile(rf'href="({re.escape(reverse(WHERE))}[^"]*)"')

    for where in (reverse("desk:services"), reverse("desk:service", args=[CLAIM])):
        found = set(link.findall(client.get(where).content.decode()))
        assert len(found) >= len(UNIT_SETS)
        for address in found:
            assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_a_list_shows_what_the_reader_may_see(stage: Stage) -> None:
    case = stage.submitted()

    assert case.number in signed_in(stage.office).get(reverse(WHERE)).content.decode()
    assert case.number not in signed_in(stage.clerks["finance"]).get(reverse(WHERE)).content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [("which=nothing", 422), ("which=done", 422), ("which=done&unit=nowhere", 404), ("after=x", 200)],
)
def test_wrong_filters_are_told(stage: Stage, query: str, status: int) -> None:
    assert signed_in(stage.office).get(f"{reverse(WHERE)}?{query}").status_code == status


def test_the_pages_ask_the_same_number_of_queries_for_one_and_three(stage: Stage) -> None:
    client = signed_in(stage.office)
    unit = stage.units["finance"].code

    def queries() -> list[int]:
        numbers = []
        for where in (
            reverse("desk:services"),
            reverse(WHERE),
            f"{reverse(WHERE)}?which=unit_returned&unit={unit}",
        ):
            client.get(where)
            with CaptureQueriesContext(connection) as found:
                client.get(where)
            numbers.append(len(found))
        return numbers

    returned_twice(stage)
    first = queries()
    returned_twice(stage)
    returned_twice(stage)

    assert queries() == first


def test_the_list_is_english_for_who_reads_english(stage: Stage) -> None:
    client = signed_in(stage.office)
    client.post("/language/", {"language": "en", "next": "/desk/"})

    page = client.get(f"{reverse(WHERE)}?which=in_time").content.decode()

    assert "Ended in time, last year" in page
