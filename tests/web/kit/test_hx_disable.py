"""What people wrote stands inside ``hx-disable``, and nothing that htmx is to work on does (用户文字不受 htmx 处理)."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.web.kit.test_templates import COMPONENTS, IDS, TEMPLATES

# last part of a variable → what somebody wrote; names of people and units stand in components that disable
WRITTEN = frozenset(
    {"reason", "words", "body", "answer", "answers", "evidence", "comment", "question", "note", "remark", "caption", "holder",
     "applicant", "reply", "subject", "quoted", "said", "letter", "paragraph", "statement", "name", "bank"}
)  # fmt: skip
VOID = frozenset(
    {
        "area",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "path",
        "circle",
        "rect",
        "line",
        "use",
    }
)
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TITLE = re.compile(r"\{% block title %\}(.*?)\{% endblock %\}", re.DOTALL)  # stands in <title>
_VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_SHOWN = re.compile(r"\x02([^\x03]*)\x03")
DISABLING = frozenset(
    f"c-{name}"
    for name, path in COMPONENTS.items()
    if "{{ slot }}" in (text := path.read_text(encoding="utf-8"))
    and re.search(r"hx-disable[^\0]*\{\{ slot \}\}", text)
    and name not in ("head", "card")
)


class _Walk(HTMLParser):
    """values: what stands as text, and whether htmx leaves it alone; working: attributes of htmx where it does."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.values: list[tuple[str, bool]] = []
        self.working: list[str] = []
        plain = _TAG.sub("", _TITLE.sub(r"<title>\1</title>", text))
        self.feed(
            _VALUE.sub(lambda found: "\x02" + found[1].replace('"', "").replace("<", "") + "\x03", plain)
        )

    @property
    def disabled(self) -> bool:
        return any(disables for _tag, disables in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        disables = "hx-disable" in names or tag in DISABLING
        verbs = [
            name for name in names if name.startswith("hx-") and name not in ("hx-disable", "hx-headers")
        ]
        if self.disabled or disables:
            self.working += verbs
        if tag not in VOID:
            self.open.append((tag, disables))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(name == tag for name, _disables in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("textarea", "title", "option"):
            return  # text alone, which htmx never reads
        self.values += [(value, self.disabled) for value in _SHOWN.findall(data)]


def written(value: str) -> bool:
    name = re.split(r"[|\s]", value, maxsplit=1)[0]
    return name.rpartition(".")[2] in WRITTEN


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_what_people_wrote_is_left_alone_by_htmx(path: Path) -> None:
    found = _Walk(path.read_text(encoding="utf-8"))

    assert [value for value, disabled in found.values if written(value) and not disabled] == []
    assert found.working == []  # it would not work there


def test_the_walk_sees_what_it_is_about() -> None:
    shown = [
        value for path in TEMPLATES for value, _disabled in _Walk(path.read_text(encoding="utf-8")).values
    ]

    assert len([value for value in shown if written(value)]) > 150
    assert {"c-table", "c-kv", "c-alert", "c-tag", "c-crumbs", "c-timeline"} <= DISABLING
    assert _Walk("<p>{{ item.reason }}</p>").values == [("item.reason", False)]
    assert _Walk('<p hx-disable>{{ a.reason|default:"x" }}</p>').values == [("a.reason|default:x", True)]
    assert _Walk("<c-table><a hx-get='/'></a></c-table>").working == ["hx-get"]
