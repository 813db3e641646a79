"""Real-shaped rosters, whole: what becomes of every row of every kind of dirt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from juxian.core.tables.layout import Role
from juxian.core.tables.roster import Reading, Roster, read_roster
from juxian.core.tables.rows import RowReading
from tests import rosters
from tests.rosters import DirtyRoster


def read(roster: DirtyRoster, reading: Reading) -> Roster:
    return read_roster(roster.data, roster.name, reading)


def facts(row: RowReading, kind: str) -> list[dict[str, object]]:
    return [fact.value for fact in row.facts if fact.kind == kind]


@pytest.mark.parametrize("make", rosters.DIRTY, ids=lambda make: make.__name__)
def test_every_row_is_accepted_waiting_or_refused(make: Callable[[], DirtyRoster], reading: Reading) -> None:
    roster = make()

    found = read(roster, reading)

    accepted, waiting, refused = roster.expected
    assert found.counts() == {
        "rows": roster.rows,
        "accepted": accepted,
        "waiting": waiting,
        "refused": refused,
    }


@pytest.mark.parametrize("make", rosters.DIRTY, ids=lambda make: make.__name__)
def test_every_error_names_its_cell_and_a_way_out(make: Callable[[], DirtyRoster], reading: Reading) -> None:
    found = read(make(), reading)

    errors = [problem for row in found.rows for problem in row.errors]
    assert [error for error in errors if not (error.message.zh and error.hint and error.place)] == []


def test_two_header_lines_give_two_educations(reading: Reading) -> None:
    found = read(rosters.titled_two_line_header(), reading)

    assert facts(found.rows[0], "education") == [
        {"degree": "bachelor", "school": "兰州大学"},
        {"degree": "master", "school": "西北师范大学"},
    ]
    assert facts(found.rows[0], "employment") == [
        {"employer": "jyg-first-hospital", "annual_pay": 12_500_000}
    ]
    assert facts(found.rows[1], "employment") == [
        {"employer": "jyg-first-hospital", "annual_pay": 15_000_000}
    ]
    assert [role for _row, role, _text in found.tables[0].skipped] == [
        Role.TITLE, Role.TITLE, Role.TITLE, Role.HEADER, Role.HEADER, Role.TOTAL, Role.NOTE, Role.SIGNATURE,
    ]  # fmt: skip


def test_lost_digits_are_told_and_never_guessed(reading: Reading) -> None:
    found = read(rosters.numbers_lost(), reading)

    assert [row.reason for row in found.rows] == ["number_damaged", "number_damaged", "number_wrong", ""]
    assert [row.document and row.document.number for row in found.rows[:3]] == [None, None, None]


def test_the_number_completes_birth_and_gender(reading: Reading) -> None:
    found = read(rosters.plain(), reading)

    assert facts(found.rows[0], "identity") == [
        {"name": "周建国", "gender": "male", "birth_date": "1988-03-15"}
    ]


def test_nobody_is_born_after_the_day_of_the_roster(reading: Reading) -> None:
    sheet = "姓名,出生日期\n周建国,2099-03-15\n周建设,1988-03-15\n"

    late, born = read_roster(sheet.encode(), "名册.csv", reading).rows

    assert [(problem.place, problem.raw) for problem in late.errors] == [("B2", "2099-03-15")]
    assert facts(late, "identity") == [{"name": "周建国"}]
    assert facts(born, "identity") == [{"name": "周建设", "birth_date": "1988-03-15"}]


def test_months_and_serials_are_dates(reading: Reading) -> None:
    found = read(rosters.dates_of_all_kinds(), reading)

    births = [facts(row, "identity")[0].get("birth_date") for row in found.rows]
    hired = [next(fact.since for fact in row.facts if fact.kind == "employment") for row in found.rows]
    assert births == ["1985-07-01"] * 6 + [None, None]
    assert hired == [date(2010, 9, 1)] * 8


def test_units_of_headers_and_cells(reading: Reading) -> None:
    found = read(rosters.units_and_choices(), reading)

    work = [facts(row, "employment")[0] for row in found.rows[:3]]
    assert [fact["annual_pay"] for fact in work] == [8_500_000, 9_600_000, 12_000_000]
    assert [fact["contract_months"] for fact in work] == [60, 36, 36]
    assert [fact["establishment"] for fact in work] == [True, False, True]
    assert facts(found.rows[0], "education")[0]["school_tags"] == ["211", "985"]
    assert [facts(row, "title") for row in found.rows[:2]] == [
        [{"name": "副教授", "level": "associate_senior"}],
        [{"name": "主治医师", "level": "intermediate"}],
    ]


def test_merged_cells_reach_down(reading: Reading) -> None:
    found = read(rosters.merged_down(), reading)

    assert [row.name for row in found.rows] == ["何雪", "何雪", "高鹏"]
    assert [facts(row, "employment") for row in found.rows] == [[{"employer": "jyg-first-hospital"}]] * 3


def test_hidden_sheets_are_told_and_not_read(reading: Reading) -> None:
    found = read(rosters.hidden_parts(), reading)

    assert [table.sheet for table in found.tables] == ["名单"]
    assert sum("隐藏" in note.zh for note in found.notes) == 2


def test_page_headers_sections_and_totals_are_no_rows(reading: Reading) -> None:
    found = read(rosters.pages_with_repeated_headers(), reading)

    roles = [role for _row, role, _text in found.tables[0].skipped]
    assert roles.count(Role.SECTION) == 2
    assert roles.count(Role.REPEATED) == 2
    assert roles.count(Role.TOTAL) == 2
    assert roles.count(Role.NUMBERED) == 2


def test_an_unknown_employer_waits_with_a_suggestion(reading: Reading) -> None:
    found = read(rosters.contradictions_and_strangers(), reading)

    error = found.rows[2].errors[0]
    assert (error.place, error.reason) == ("E4", "employer_unknown")
    assert error.hint is not None
    assert "嘉峪关市第一人民医院" in error.hint.zh


def test_a_sending_employer_employs_people_without_an_employer_column(reading: Reading) -> None:
    sender = replace(reading, employer="jyg-school-1", only_employers=frozenset({"jyg-school-1"}))

    own = read_roster(rosters.numbers_wrong().data, "a.xlsx", sender)
    others = read_roster(rosters.plain().data, "a.xlsx", sender)

    assert facts(own.rows[3], "employment") == [{"employer": "jyg-school-1"}]
    assert {row.reason for row in others.rows} == {"employer_outside"}


def test_a_remembered_mapping_wins(reading: Reading) -> None:
    found = read_roster(
        rosters.plain().data, "a.xlsx", reading, lambda _signature: {"0": "identity.name", "3": ""}
    )

    assert found.tables[0].columns[3].target == ""
    assert facts(found.rows[0], "education") == []


def test_a_number_copied_down_and_a_name_without_a_number_wait(reading: Reading) -> None:
    found = read(rosters.shared_numbers(), reading)

    assert [row.reason for row in found.rows] == [
        "number_shared",
        "number_shared",
        "",
        "",
        "same_name",
        "same_name",
    ]
    assert "第 3 行" in found.rows[0].errors[0].message.zh
