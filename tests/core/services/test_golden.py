"""Definitions with many mistakes, and every problem as the command line tells it, in both languages.

After a wanted change: ``JUXIAN_WRITE_GOLDEN=1 pytest tests/core/services/test_golden.py`` and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.core.services.place import read

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["broken", "unsound"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mistake_of_a_service_is_told_at_once(name, language):
    text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")

    service, problems = read(text, f"services/{name}.yaml")

    told = "\n".join(problem.render(language) for problem in problems) + "\n"
    expected = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("JUXIAN_WRITE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert service is None
    assert told == expected.read_text(encoding="utf-8")
