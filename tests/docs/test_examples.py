"""Pages do what they say: their files and commands, in the order of the page (照做即可)."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from juxian.config.cli import main
from tests.docs.pages import DOCS, LANGUAGES, ROOT, Block, Run, blocks, runs

PAGES = ("tutorial/first-policy.md", "how-to/import-a-roster.md")


def carry_out(block: Block) -> Iterator[Run]:
    """Write the file, or change its lines, or yield the commands of a console block."""
    path = Path(block.path)
    match block.kind:
        case "yaml" | "json" | "csv" if block.path:
            path.write_text(block.text, encoding="utf-8")
        case "diff" if block.path:
            path.write_text(changed(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        case "console":
            yield from runs(block.text)


def changed(text: str, diff: str) -> str:
    """``text`` with each ``-`` line replaced by the ``+`` line below it."""
    lines = diff.splitlines()
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert old[0] == "-" and new[0] == "+"
        assert text.count(old[1:] + "\n") == 1, old
        text = text.replace(old[1:] + "\n", new[1:] + "\n")
    return text


def output_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command of the page prints; the directory of the repository is written …"""
    name, *arguments = shlex.split(command)
    if name == "mkdir":
        Path(arguments[-1]).mkdir(parents=True)
        return ""
    assert name == "./juxian"
    main(arguments)
    printed = capsys.readouterr()
    return (printed.out + printed.err).replace(f"{Path.cwd()}/", "…/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_of_a_page_print_what_it_says(
    language: str,
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ROOT / "packs" / "base", tmp_path / "packs" / "base")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUXIAN_LANGUAGE", language)

    commands = [
        (run, output_of(run.command, capsys))
        for block in blocks(DOCS / language / page)
        for run in carry_out(block)
    ]

    assert commands
    for run, printed in commands:
        assert printed == run.output, run.command
