"""Files that are no rosters, or want to do harm: refused with a code and a sentence, at a bounded cost."""

import subprocess
import sys
from pathlib import Path

import pytest

from juxian.core.source import Rejected
from juxian.core.tables.confined import read_confined
from juxian.core.tables.limits import Limits
from juxian.core.tables.roster import Reading, read_roster
from tests import rosters


@pytest.fixture(scope="module")
def files() -> dict[str, tuple[str, bytes, str]]:
    return rosters.hostile()


CASES = (
    "zip bomb", "too large unpacked", "entities", "macros", "escaping name", "absolute name", "far cell",
    "cells without place", "one long text many times", "cut off", "end missing", "encrypted", "broken xls",
    "Word renamed", "program renamed", "PDF renamed", "web page renamed", "other archive", "random bytes", "empty",
    "wrong extension", "no roster",
)  # fmt: skip


def test_every_hostile_file_is_a_case(files: dict[str, tuple[str, bytes, str]]) -> None:
    assert set(files) == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused(
    case: str, files: dict[str, tuple[str, bytes, str]], reading: Reading
) -> None:
    name, data, code = files[case]

    with pytest.raises(Rejected) as refused:
        read_roster(data, name, reading)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert refused.value.problems[0].path == name


def test_a_million_empty_rows_cost_little(tmp_path: Path) -> None:
    """Read from a small process, so that the peak memory of its children is that of the reader."""
    (tmp_path / "a.xlsx").write_bytes(rosters.million_empty_rows())
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from juxian.core.tables.confined import read_confined\n"
        "book = read_confined(Path(sys.argv[1]).read_bytes(), 'a.xlsx')\n"
        "print(len(book.sheets[0].rows), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.xlsx")], capture_output=True, text=True, check=True
    )

    rows, megabytes = map(int, done.stdout.split())
    assert rows == 4
    assert megabytes <= 300


def test_reading_past_the_time_allowed_is_a_refusal() -> None:
    with pytest.raises(Rejected) as refused:
        read_confined(rosters.million_empty_rows(), "a.xlsx", Limits(seconds=0.01))

    assert refused.value.problems[0].code == "T109"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(rows=3), "3 行"),
        (Limits(columns=4), "4 列"),
        (Limits(file_bytes=1000), "0 MB"),
        (Limits(parts=3), "3 个"),
    ],
)
def test_the_refusal_names_the_limit(limits: Limits, words: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_confined(rosters.plain().data, "a.xlsx", limits)

    assert words in refused.value.problems[0].message.zh


def test_limits_hold_for_text_too() -> None:
    with pytest.raises(Rejected) as refused:
        read_confined("姓名\n".encode() * 10, "a.csv", Limits(rows=5))

    assert refused.value.problems[0].code == "T108"
