"""Files and commands of a page, carried out in its order (页面中的例子).

``python -m tests.docs.examples`` writes what the commands print now into the pages; read the difference before keeping it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from juxian.config.cli import main
from tests.docs.pages import DOCS, LANGUAGES, ROOT, Block, Run, blocks, runs

PAGES = ("tutorial/first-policy.md", "how-to/import-a-roster.md")


def play(page: Path) -> Iterator[tuple[Run, str]]:
    """Each command of a page with what it prints here, in the current directory; files are written before."""
    shutil.copytree(ROOT / "packs" / "base", Path("packs") / "base")
    for block in blocks(page):
        for run in carry_out(block):
            yield run, output_of(run.command)


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
        if (old[0], new[0]) != ("-", "+") or text.count(old[1:] + "\n") != 1:
            raise ValueError(f"no such line, or several: {old}")
        text = text.replace(old[1:] + "\n", new[1:] + "\n")
    return text


def output_of(command: str) -> str:
    """What a command prints, errors after the rest; the directory of the repository is written …"""
    name, *arguments = shlex.split(command)
    if name == "mkdir":
        Path(arguments[-1]).mkdir(parents=True)
        return ""
    if name != "./juxian":
        raise ValueError(f"not a command of this product: {command}")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(arguments)
    return (out.getvalue() + err.getvalue()).replace(f"{Path.cwd()}/", "…/")


def refresh(page: Path) -> None:
    """Write the outputs of today into a page."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
        for run, printed in play(page):
            text = text.replace(f"$ {run.command}\n{run.output}", f"$ {run.command}\n{printed}", 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for language in LANGUAGES:
        os.environ["JUXIAN_LANGUAGE"] = language
        for name in PAGES:
            refresh(DOCS / language / name)
