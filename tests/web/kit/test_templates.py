"""What every template of every audience keeps to."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django_cotton.compiler_regex import CottonCompiler
from django_cotton.tag_parser import parse_component_tag, parse_vars_tag

import juxian.web

WEB = Path(juxian.web.__file__).parent
TEMPLATES = sorted(WEB.glob("*/templates/**/*.html"))
COMPONENTS = {path.stem.replace("_", "-"): path for path in WEB.glob("*/templates/cotton/*.html")}
PASSED_ON = re.compile(r"(hx-|aria-|data-)[a-z-]+$|id$")
IDS = [str(path.relative_to(WEB)) for path in TEMPLATES]

pages = pytest.mark.parametrize("path", TEMPLATES, ids=IDS)


@pages
def test_a_component_is_given_only_attributes_that_it_names(path):
    wrong = [
        f"c-{name} {attribute}"
        for name, attributes in components_used(path)
        for attribute in attributes
        if not names_attribute(name, attribute)
    ]

    assert wrong == []


@pages
def test_no_inline_style_script_or_handler(path):
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"""\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|hx-vals=["']js:""", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []


@pages
def test_nothing_comes_from_another_host_and_nothing_is_marked_safe(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org", "")

    assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//|\|\s*safe\b|autoescape off""", text) == []


@pages
def test_a_form_that_posts_carries_the_token(path):
    text = path.read_text(encoding="utf-8")

    for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL):
        if re.match(r"""<form[^>]*method=["']post["']""", form):
            assert "csrf_token" in form


@pages
def test_a_template_can_be_read(path):
    assert get_template(str(path.relative_to(path.parents[len(path.parents) - 1])).split("/templates/")[1])


def test_every_component_opens_with_its_variables():
    assert [
        name
        for name, path in COMPONENTS.items()
        if not path.read_text(encoding="utf-8").startswith("<c-vars")
    ] == []


def components_used(path: Path) -> list[tuple[str, list[str]]]:
    """(component, attributes) of each use in a template."""
    compiled = CottonCompiler().process(path.read_text(encoding="utf-8"))
    found = []
    for tag in tags(compiled, "cotton"):
        result = parse_component_tag(tag)
        found.append((result.name, [name.lstrip(":") for name in result.attrs]))
    return found


def names_attribute(component: str, attribute: str) -> bool:
    assert component in COMPONENTS, f"there is no component c-{component}"
    text = COMPONENTS[component].read_text(encoding="utf-8")
    compiled = CottonCompiler().process(text)
    declared = parse_vars_tag(next(iter(tags(compiled, "cotton:vars"))))
    names = {name.lstrip(":") for name in (*declared.attrs, *declared.empty_attrs)}
    passes_on = "{{ attrs }}" in text and bool(PASSED_ON.match(attribute))
    return attribute in names or attribute.replace("-", "_") in names or passes_on


def tags(compiled: str, kind: str) -> list[str]:
    """Contents of ``{% kind … %}``; tags inside quoted attributes stay part of them."""
    found, at = [], 0
    opening = "{% " + kind + " "
    while (start := compiled.find(opening, at)) >= 0:
        depth, end = 1, start + 2
        while depth:
            step = re.compile(r"\{%|%\}").search(compiled, end)
            assert step, compiled[start : start + 80]
            depth += 1 if step[0] == "{%" else -1
            end = step.end()
        found.append(compiled[start + 2 : end - 2].strip())
        at = start + len(opening)
    return found
