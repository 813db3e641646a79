"""``juxian roster``: the dry run without a database, and the import."""

import json
from pathlib import Path

import pytest

from juxian.apps.imports.models import Batch
from juxian.apps.persons.models import Person
from juxian.config.cli import main
from tests import rosters
from tests.factories import EmployerFactory, OrganisationFactory
from tests.rosters import DirtyRoster


def written(folder: Path, roster: DirtyRoster) -> str:
    (folder / roster.name).write_bytes(roster.data)
    return str(folder / roster.name)


def test_a_clean_roster_passes_the_dry_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["roster", "check", written(tmp_path, rosters.plain()), "--pack", "jiayuguan", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert found["files"][0]["counts"] == {"rows": 3, "accepted": 3, "waiting": 0, "refused": 0}


def test_every_problem_is_told_at_its_cell_without_the_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, rosters.numbers_wrong())

    status = main(["roster", "check", file, "--pack", "jiayuguan", "--json"])

    [table] = json.loads(capsys.readouterr().out)["files"][0]["tables"]
    errors = [item for item in table["problems"] if item["severity"] == "error"]
    assert status == 1
    assert [(item["place"], item["reason"], set(item["raw"])) for item in errors] == [
        ("B2", "number_wrong", {"*"}),
        ("B3", "number_wrong", {"*"}),
    ]


def test_a_refused_file_is_said_with_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, DirtyRoster("a.xlsx", b"MZ" + b"x" * 50, (0, 0, 0)))

    assert main(["roster", "check", file, str(tmp_path / "none.csv"), "--pack", "jiayuguan"]) == 1

    shown = capsys.readouterr().out
    assert "T101" in shown
    assert "none.csv" in shown


def test_an_unknown_pack_or_employer_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, rosters.plain())

    assert main(["roster", "check", file, "--pack", "nowhere"]) == 2
    assert main(["roster", "check", file, "--pack", "jiayuguan", "--employer", "nobody"]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.django_db
def test_import_with_accept_records_what_has_no_doubt(
    tmp_path: Path, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan", name="嘉峪关市")
    EmployerFactory(code="jyg-first-hospital", name="嘉峪关市第一人民医院", parent=home)
    file = written(tmp_path, rosters.numbers_lost())
    command = [
        "roster",
        "import",
        file,
        "--employer",
        "jyg-first-hospital",
        "--accept",
        "--as-of",
        "2022-12-15",
        "--json",
    ]

    first, second = main(command), main(command)

    [told, again] = [json.loads(line)["files"][0] for line in capsys.readouterr().out.splitlines()]
    assert (first, second) == (0, 1)
    assert (told["accepted"], told["waiting"], told["recorded"]) == (1, 3, 1)
    assert "报送过" in again["refused"]
    assert (Batch.objects.count(), Person.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_import_for_an_unknown_employer_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["roster", "import", written(tmp_path, rosters.plain()), "--employer", "nobody"]) == 2


@pytest.mark.parametrize(("language", "told"), [("zh", "3 行，可入库 3"), ("en", "3 rows, 3 can go in")])
def test_a_dry_run_speaks_the_language_that_was_asked_for(
    language: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, rosters.plain())

    main(["--lang", language, "roster", "check", file, "--pack", "jiayuguan"])

    first, *columns = capsys.readouterr().out.splitlines()
    assert told in first
    assert all(("（" in line) == (language == "zh") for line in columns if "→" in line)
