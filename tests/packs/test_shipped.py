"""The packs that travel with the product are right, and their policies do what the office expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, find_packs_dir, load_all, load_pack, run_pack_cases
from juxian.core.packs.files import packs_in

PACKS = packs_in(find_packs_dir())


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_a_shipped_pack_has_no_problem(path: Path) -> None:
    pack, problems = check_pack(path)

    assert [problem.render() for problem in problems] == []
    assert pack is not None


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_every_case_of_a_shipped_pack_comes_out_as_expected(path: Path) -> None:
    found = run_pack_cases(load_pack(path))

    different = [problem.render() for one in found for result in one.results for problem in result.problems]
    assert different == []
    assert all(one.results for one in found)


def test_all_shipped_packs_load_together() -> None:
    assert set(load_all()) == {path.name for path in PACKS}
