"""Every message is translated, the compiled file is current, and no words of pages escape translation."""

from __future__ import annotations

import ast
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "juxian"
PO = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")
PROPER_NAMES = ("中文", "嘉人才办〔2021〕7 号")  # a language in its own words, a real reference number

TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
IN_BOTH_LANGUAGES = {"Text"}
# units of Chinese amounts, the marks around a document's title, an object's name in logs, evidence as it is stored
NOT_TRANSLATED = {
    "apps/imports/actions/accepting.py": {" 第", "行"},
    "apps/persons/models.py": {"（", "）"},
    "web/kit/entitling.py": {"《", "》"},
    "web/kit/formats.py": {"亿元", "万元"},
}
TEMPLATE_CODE = re.compile(
    r"\{% comment.*?endcomment %\}|\{#.*?#\}|\{% blocktranslate.*?endblocktranslate %\}|\{% translate .*?%\}",
    re.DOTALL,
)
TEMPLATE_WORDS = {"kit/switches.html": ("中文", "中")}  # the switch names each language in its own words


def read_catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


CATALOG = read_catalog(PO)
MESSAGES = [message for message in CATALOG if message.id]


def texts(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def key(message: Message) -> tuple[str, ...]:
    """A message is its words and the context that tells it from others with the same words."""
    return (message.context or "", *texts(message.id))


def placeholders(words: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(words))


def without_names(words: str) -> str:
    for name in PROPER_NAMES:
        words = words.replace(name, "")
    return words


PAIRS = [pair for message in MESSAGES for pair in zip(texts(message.id), texts(message.string), strict=False)]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .po as ``makemessages`` writes it now, in a copy of the package."""
    if not (shutil.which("xgettext") and shutil.which("msgmerge")):
        pytest.skip("gettext is not installed")
    copy = tmp_path_factory.mktemp("messages") / "juxian"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    settings = {"DJANGO_SETTINGS_MODULE": "juxian.config.settings", "JUXIAN_HOME": str(copy.parent / "home")}
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages"],
        cwd=copy.parent,
        env=os.environ | settings | {"PYTHONPATH": str(copy.parent)},
        check=True,
        capture_output=True,
    )
    return copy / PO.relative_to(PACKAGE)


def test_the_file_holds_the_messages_of_the_source_and_no_others(collected: Path) -> None:
    found = {key(message) for message in read_catalog(collected) if message.id}

    assert {key(message) for message in MESSAGES} == found


def test_collecting_again_changes_nothing(collected: Path) -> None:
    assert collected.read_text("utf-8") == PO.read_text("utf-8")


def test_the_header_names_the_project_and_no_people_or_days() -> None:
    header = PO.read_text("utf-8").partition("\n\nmsgid")[0]

    assert "Project-Id-Version: Juxian" in header
    assert "nplurals=2; plural=(n != 1);" in header
    assert not re.search(r"PACKAGE|FULL NAME|EMAIL|YEAR|Date|fuzzy", header)


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    left = [
        message.id
        for message in MESSAGES
        if message.fuzzy
        or not all(texts(message.string))
        or len(texts(message.string)) != len(texts(message.id))
    ]

    assert left == []


def test_translations_have_the_placeholders_of_their_messages() -> None:
    assert [pair for pair in PAIRS if placeholders(pair[0]) != placeholders(pair[1])] == []


def test_translations_are_english_and_calm() -> None:
    strange = re.compile(HAN.pattern + r"|!|  ")

    assert [words for _source, words in PAIRS if strange.search(without_names(words))] == []


def test_translations_hold_no_quotation_marks() -> None:
    """They stand in attributes of components, and curly ones are as wide as a Han character in many typefaces."""
    assert [words for _source, words in PAIRS if re.search('["“”]', words)] == []


def test_the_compiled_file_is_the_text_file_compiled() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, CATALOG)

    assert contents(PO.with_suffix(".mo").read_bytes()) == contents(compiled.getvalue())


def contents(compiled: bytes) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {key(message): texts(message.string) for message in read_mo(io.BytesIO(compiled)) if message.id}


def test_words_of_templates_can_be_translated() -> None:
    left = {}
    for template in sorted(PACKAGE.glob("web/*/templates/**/*.html")):
        words = TEMPLATE_CODE.sub("", template.read_text("utf-8"))
        for known in TEMPLATE_WORDS.get("/".join(template.parts[-2:]), ()):
            words = words.replace(known, "")
        if HAN.search(words):
            left[str(template.relative_to(PACKAGE))] = [
                line for line in words.splitlines() if HAN.search(line)
            ]

    assert left == {}


def test_words_of_scripts_and_styles_come_from_templates() -> None:
    files = [path for kind in ("js", "css", "svg") for path in PACKAGE.glob(f"web/**/static/**/*.{kind}")]

    assert [path.name for path in files if HAN.search(without_comments(path.read_text("utf-8")))] == []


def without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//.*?$", "", source, flags=re.DOTALL | re.MULTILINE)


def test_words_of_pages_can_be_translated() -> None:
    left = {}
    for module in sorted([*PACKAGE.glob("web/**/*.py"), *PACKAGE.glob("apps/**/*.py")]):
        if {"migrations", "management"} & set(module.parts):
            continue
        place = module.relative_to(PACKAGE).as_posix()
        words = set(untranslatable(ast.parse(module.read_text("utf-8")))) - NOT_TRANSLATED.get(place, set())
        if words:
            left[place] = sorted(words)

    assert left == {}


def untranslatable(tree: ast.Module) -> Iterator[str]:
    """Han texts that are neither documentation nor said in two languages."""
    nodes = list(ast.walk(tree))
    documentation = [node.value for node in nodes if isinstance(node, ast.Expr)]
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and called(node) in TRANSLATING | IN_BOTH_LANGUAGES
    ]
    known = {id(part) for call in calls for part in ast.walk(call)} | {id(node) for node in documentation}
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) and id(node) not in known else ""
        if isinstance(text, str) and HAN.search(text):
            yield text


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_the_check_of_pages_sees_an_alias_that_gettext_does_not_know() -> None:
    tree = ast.parse('"""文档"""\n_("词")\n_t("漏")\nText("中", "en")\nwords = f"第 {n} 行"')

    assert list(untranslatable(tree)) == ["漏", "第 ", " 行"]
