"""What no file of the repository may say (仓库用语)."""

from __future__ import annotations

import ast
import re

import yaml

from tests.architecture.reading import PACKS, string_constants, texts, under

# written in two parts, so that this file itself stays clean
REGISTRIES = re.compile(
    "|".join(
        re.escape(first + second)
        for first, second in (
            ("pypi", ".org"),
            ("pythonhosted", ".org"),
            ("npmjs", ".org"),
            ("npmjs", ".com"),
            ("unpkg", ".com"),
            ("jsdelivr", ".net"),
            ("cdnjs", ".cloudflare"),
            ("crates", ".io"),
            ("proxy.golang", ".org"),
            ("mirrors.", "aliyun"),
            ("mirrors.tuna", ".tsinghua"),
        )
    )
)

# file → how many times it trusts markup; each was read by a second person: no text of users goes in unescaped
TRUSTED_MARKUP = {"src/juxian/web/kit/icons.py": 1}
_TRUSTING = re.compile(r"\bmark_safe\(|\bSafeString\([^)]|\|\s*safe\b|\{%\s*autoescape\s+off|\bcsrf_exempt\b")

_INLINE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|\shx-on|<style\b|<script\b(?![^>]*\bsrc=)|["']js:|javascript:""",
    re.I,
)
_HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?!;)")
_CLOCK = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "time"),
}


def found(pattern: re.Pattern[str], files: dict[str, str]) -> list[str]:
    """``path:line: the words`` of each place where the pattern stands."""
    return [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group().strip()}"
        for name, text in files.items()
        for hit in pattern.finditer(text)
    ]


def test_no_package_registry_is_named():
    assert found(REGISTRIES, texts()) == []


def test_markup_is_trusted_in_reviewed_places_only():
    files = under("src/", ".py") | under("src/", ".html")

    counts = {name: len(_TRUSTING.findall(text)) for name, text in files.items() if _TRUSTING.search(text)}

    assert counts == TRUSTED_MARKUP


def test_templates_hold_no_inline_style_or_script():
    assert found(_INLINE, under("src/", ".html")) == []


def test_templates_hold_no_colour():
    assert found(_HEX_COLOUR, under("src/", ".html")) == []


def test_only_the_clock_of_the_apps_reads_the_time():
    places = [
        f"{name}:{node.lineno}"
        for name, text in under("src/", ".py").items()
        if name != "src/juxian/apps/clock.py" and "/migrations/" not in name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in _CLOCK | {("timezone", "now"), ("django_timezone", "now")}
    ]

    assert places == []


def test_python_names_no_place_that_has_a_pack():
    heads = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in PACKS.glob("*/pack.yaml")]
    words = {head["pack"] for head in heads if head["pack"] != "base"}
    words |= {head["title"]["zh"] for head in heads if head["pack"] != "base"}

    places = [
        f"{name}:{line}: {value[:40]}"
        for name, text in under("src/", ".py").items()
        for line, value in string_constants(text)
        if any(word in value for word in words)
    ]

    assert places == []
