"""The repository's own text, for tests that look through it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "juxian"
PACKS = ROOT / "packs"
_TOPS = (".ci", "benchmarks", "docs", "packs", "src", "tests")
_SUFFIXES = {
    "", ".cfg", ".css", ".html", ".in", ".ini", ".js", ".json", ".md", ".po", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
_SKIPPED = {"__pycache__", "node_modules"}


@cache
def texts() -> dict[str, str]:
    """Path from the root → content of every text file that belongs to the repository."""
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for top in _TOPS:
        files += [path for path in (ROOT / top).rglob("*") if path.is_file()]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(files)
        if path.suffix in _SUFFIXES and not _SKIPPED.intersection(path.parts)
    }


def under(prefix: str, suffix: str) -> dict[str, str]:
    return {name: text for name, text in texts().items() if name.startswith(prefix) and name.endswith(suffix)}


def string_constants(text: str) -> Iterator[tuple[int, str]]:
    """(line, value) of the texts in Python source that a program can show; docstrings and comments are left out."""
    tree = ast.parse(text)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
