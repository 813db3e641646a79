"""Attached files that want to do harm are refused with a code and a sentence, at a bounded cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.files import FileLimits, check_file
from juxian.core.files.confined import check_confined
from juxian.core.source import Rejected
from tests import attachments
from tests.attachments import png

CASES = attachments.hostile()


def test_there_are_at_least_a_hundred() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused(case: str) -> None:
    name, data, code = CASES[case]

    with pytest.raises(Rejected) as refused:
        check_file(data, name)

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (code, name)
    assert problem.message.zh
    assert problem.message.en


def test_a_file_past_the_limit_is_refused_unread() -> None:
    with pytest.raises(Rejected, match="F104"):
        check_file(b"x" * 2_000, "a.txt", FileLimits(file_bytes=1_000))


@pytest.mark.parametrize("case", ["PDF: script on opening", "docx: bomb", "PNG of 2,500 megapixels"])
def test_a_process_of_its_own_says_the_same(case: str, tmp_path: Path) -> None:
    name, data, code = CASES[case]
    (tmp_path / "source").write_bytes(data)

    with pytest.raises(Rejected) as refused:
        check_confined(tmp_path / "source", tmp_path / "target", name)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not (tmp_path / "target").exists()


def test_too_much_memory_is_a_refusal(tmp_path: Path) -> None:
    pixels = b"\0" * (3 * 6_000 + 1) * 6_000
    (tmp_path / "source").write_bytes(png(6_000, 6_000, pixels=pixels))
    limits = FileLimits(memory_bytes=60 * 1024 * 1024)

    with pytest.raises(Rejected, match="F109"):
        check_confined(tmp_path / "source", tmp_path / "target", "a.png", limits)
