"""A population file in parts: the same lines as at once, no half of a result, and one sweep at a time."""

import fcntl
from pathlib import Path

import polars as pl
import pytest

from juxian.core.policy.parting import sweep_file
from juxian.core.policy.sweeping import sweep
from juxian.core.source import Rejected
from tests.core.policy.test_population import ALL, FULL
from tests.core.policy.words import DAY, SCHEMA

ORDER = ("policy", "benefit", "person")


def people(folder: Path, times: int = 3) -> Path:
    frame = pl.concat([pl.DataFrame(FULL)] * times).with_columns(pl.Series("person", range(3 * times)))
    frame.write_parquet(folder / "people.parquet")
    return folder / "people.parquet"


def swept(file: Path, out: Path, **options):
    return sweep_file([ALL], file, out, DAY, SCHEMA, **options)


def work_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.parts")


def names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


class Killed(BaseException):
    """What no code may hold up."""


def kill_after(parts: int):
    told = []

    def tell(_done: int, _whole: int) -> None:
        told.append(_done)
        if len(told) == parts:
            raise Killed

    return tell


@pytest.mark.parametrize("part_rows", [1, 2, 4, 9, 100])
@pytest.mark.parametrize("name", ["out.parquet", "out"])
def test_parts_have_the_lines_of_the_whole(tmp_path, part_rows, name):
    file = people(tmp_path)

    done = swept(file, tmp_path / name, part_rows=part_rows)

    found = pl.read_parquet(tmp_path / name)
    whole = sweep([ALL], pl.read_parquet(file), DAY, SCHEMA)
    assert found.sort(ORDER).equals(whole.sort(ORDER))
    assert (done.persons, done.parts) == (9, -(-9 // part_rows))
    assert sorted(names(tmp_path)) == sorted([name, "people.parquet"])


def test_an_interrupted_sweep_goes_on_and_the_former_result_stands_until_then(tmp_path):
    file, out = people(tmp_path), tmp_path / "out.parquet"
    out.write_text("the former one", encoding="ascii")

    with pytest.raises(Killed):
        swept(file, out, part_rows=2, tell=kill_after(3))
    assert out.read_text(encoding="ascii") == "the former one"

    assert swept(file, out, part_rows=2).taken_over == 3
    whole = sweep([ALL], pl.read_parquet(file), DAY, SCHEMA)
    assert pl.read_parquet(out).sort(ORDER).equals(whole.sort(ORDER))


def test_parts_of_another_population_are_not_taken_over(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(Killed):
        swept(people(tmp_path), out, part_rows=2, tell=kill_after(3))

    assert swept(people(tmp_path, times=4), out, part_rows=2).taken_over == 0
    assert pl.read_parquet(out)["person"].n_unique() == 12


def test_all_mistakes_of_all_parts_are_told_once_with_their_first_row_and_nothing_is_left(tmp_path):
    frame = pl.DataFrame(
        {"degree": ["doctor", "x", "doctor", "y", "x"], "hired_on": ["2020-01-01", None, None, "31.1.", "2"]}
    )
    frame.write_csv(tmp_path / "people.csv")

    with pytest.raises(Rejected) as refused:
        swept(tmp_path / "people.csv", tmp_path / "out.parquet", part_rows=2)

    assert [problem.message.en for problem in refused.value.problems] == [
        "column degree, row 2: “x” is not a code of degree (3 rows)",
        "column hired_on, row 4: “31.1.” is not a date such as 2022-01-31 (2 rows)",
    ]
    assert names(tmp_path) == ["people.csv"]


def test_persons_without_a_number_are_counted_through_the_file(tmp_path):
    pl.DataFrame({"degree": ["doctor"] * 5}).write_csv(tmp_path / "people.csv")

    swept(tmp_path / "people.csv", tmp_path / "out", part_rows=2)

    assert pl.read_parquet(tmp_path / "out")["person"].unique().sort().to_list() == [1, 2, 3, 4, 5]


def test_a_second_sweep_into_the_same_place_is_refused(tmp_path):
    file, out = people(tmp_path), tmp_path / "out.parquet"
    work_of(out).mkdir()
    with (work_of(out) / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Rejected) as refused:
            swept(file, out)

    assert [problem.code for problem in refused.value.problems] == ["P505"]
    assert swept(file, out).persons == 9


def test_a_directory_of_other_files_is_never_replaced(tmp_path):
    file, out = people(tmp_path), tmp_path / "papers"
    out.mkdir()
    (out / "letter.txt").write_text("kept", encoding="ascii")

    with pytest.raises(Rejected):
        swept(file, out)

    assert (out / "letter.txt").read_text(encoding="ascii") == "kept"
    assert not work_of(out).exists()


def test_nobody_gives_an_empty_result(tmp_path):
    pl.DataFrame(FULL).head(0).write_parquet(tmp_path / "people.parquet")

    assert swept(tmp_path / "people.parquet", tmp_path / "out.parquet").persons == 0
    assert pl.read_parquet(tmp_path / "out.parquet").height == 0


def test_a_result_by_directory_replaces_one_of_its_own(tmp_path):
    out = tmp_path / "out"
    swept(people(tmp_path), out, part_rows=2)

    swept(people(tmp_path, times=1), out, part_rows=2)

    assert sorted(names(out)) == ["000000.parquet", "000001.parquet"]
