"""A pack with many mistakes, and every problem as the command line tells it, in both languages.

After a wanted change: ``JUXIAN_WRITE_GOLDEN=1 pytest tests/core/packs/test_golden.py`` and read the difference.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from juxian.core.packs import check_pack, find_packs_dir

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mistake_of_a_pack_is_told_at_once(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(find_packs_dir() / "base", tmp_path / "base")
    shutil.copytree(GOLDEN / "broken", tmp_path / "broken")
    monkeypatch.chdir(tmp_path)

    pack, problems = check_pack(Path("broken"))

    told = "\n".join(problem.render(language) for problem in problems) + "\n"
    expected = GOLDEN / f"broken.{language}.txt"
    if os.environ.get("JUXIAN_WRITE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert pack is None
    assert told == expected.read_text(encoding="utf-8")
