"""Pages do what they say: their files and commands, in the order of the page (照做即可)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import PAGES, play
from tests.docs.pages import DOCS, LANGUAGES


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_of_a_page_print_what_it_says(
    language: str, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUXIAN_LANGUAGE", language)

    played = list(play(DOCS / language / page))

    assert played
    for run, printed in played:
        assert printed == run.output, f"{run.command}; when it should: python -m tests.docs.examples"
