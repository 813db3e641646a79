"""The documentation is whole: commands, settings, links, both languages (文档齐全)."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from juxian.config.cli import build_parser
from juxian.config.environment import Environment
from tests.docs.pages import DOCS, LANGUAGES, ROOT, linked_files, links, pages

# pages for developers and operators that exist in English only
ENGLISH_ONLY = {"reference/benchmarks.md"}
_CODE = re.compile(r"\b[KPSGY]\d{3}")


def commands(parser: argparse.ArgumentParser, before: str = "juxian") -> Iterator[str]:
    """Every command that can be given, such as ``juxian pack check``."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield before
    for group in groups:
        for name, inner in group.choices.items():
            yield from commands(inner, f"{before} {name}")


def command_rows(language: str) -> list[str]:
    text = (DOCS / language / "reference" / "commands.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_its_row(language: str) -> None:
    rows = command_rows(language)

    missing = [
        command
        for command in commands(build_parser())
        if not any(row.startswith((f"| `{command} ", f"| `{command}`")) for row in rows)
    ]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_a_command(language: str) -> None:
    known = tuple(commands(build_parser()))

    strange = [
        row
        for row in command_rows(language)
        if row.startswith("| `juxian ") and not row[3:].startswith(known)
    ]

    assert strange == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_described(language: str) -> None:
    rows = command_rows(language)

    missing = [
        name
        for name in Environment.model_fields
        if not any(row.startswith(f"| `JUXIAN_{name.upper()}` |") for row in rows)
    ]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_of_the_code_names_every_package(language: str) -> None:
    page = (DOCS / language / "explanation" / "architecture.md").read_text(encoding="utf-8")

    packages = [
        f"{layer}/{path.parent.name}"
        for layer in ("core", "apps", "web")
        for path in sorted((ROOT / "src" / "juxian" / layer).glob("*/__init__.py"))
    ]

    assert [package for package in packages if package not in page] == []


def test_the_chinese_reference_names_every_code_of_a_problem() -> None:
    """The ones an author of packs and policies meets: K, P, S, G, Y and three digits."""
    pages_of_authors = "".join(
        (DOCS / "zh" / "reference" / name).read_text(encoding="utf-8") for name in ("pack.md", "policy.md")
    )
    named = set(_CODE.findall(pages_of_authors))
    for first, last in re.findall(r"([A-Z]\d{3})–([A-Z]\d{3})", pages_of_authors):
        named |= {f"{first[0]}{number}" for number in range(int(first[1:]), int(last[1:]) + 1)}

    told = {
        code
        for place in ("core/packs", "core/policy", "core/population", "core/positioned.py", "config/commands")
        for path in _modules(ROOT / "src" / "juxian" / place)
        for code in re.findall(r'"([KPSGY]\d{3})"', path.read_text(encoding="utf-8"))
    }

    assert sorted(told - named) == []


def _modules(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def test_every_relative_link_leads_to_a_file() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in linked_files()
        for target in links(path)
        if "://" not in target and not target.startswith("#")
        if not (path.parent / target.partition("#")[0]).exists()
    ]

    assert broken == []


def test_both_languages_have_the_same_pages() -> None:
    assert pages("en") - ENGLISH_ONLY == pages("zh")


def test_the_index_names_every_page() -> None:
    named = set(links(DOCS / "README.md"))

    every = [f"{language}/{page}" for language in LANGUAGES for page in sorted(pages(language))]

    assert [page for page in every if page not in named] == []
