"""YAML with positions (带位置的 YAML): plain data, and where each part of it stands.

Only the safe subset is read: no tags of Python, no anchors or aliases, a size limit. Dates stay text,
so that the schema decides what is a date. Duplicate keys are problems, not silent overwrites.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from juxian.core.source import Problem, Rejected, Source, Span, problem_at
from juxian.core.text import Text

Path = tuple[str | int, ...]
SIZE_LIMIT = 2_000_000  # characters of one file
DEPTH_LIMIT = 40

_TRUE, _FALSE, _NULL = (
    {"true", "True", "yes", "是"},
    {"false", "False", "no", "否"},
    {"", "~", "null", "Null"},
)


@dataclass
class Document:
    """What a YAML file says (``data``: dict, list, str, int, bool, None) and where each part stands."""

    source: Source
    data: Any = None
    values: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    _text: dict[Path, tuple[int, str]] = field(default_factory=dict)

    def span(self, path: Path) -> Span:
        """The value at ``path``, else the nearest part above it that exists."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Span(1, 1))

    def key_span(self, path: Path) -> Span:
        return self.keys.get(path) or self.span(path)

    def span_within(self, path: Path, start: int, length: int = 1) -> Span:
        """A part of a text value: exact for plain and quoted one-line scalars, by line for block scalars."""
        if path not in self._text:
            return self.span(path)
        offset, style = self._text[path]
        if style in ("|", ">"):
            return self._span_in_block(path, start, length)
        line, column = self.source.position(offset + (1 if style else 0) + start)
        return Span(line, column, max(1, length))

    def _span_in_block(self, path: Path, start: int, length: int) -> Span:
        """Walk the lines of a block: a break inside the text stands for one character, be it kept (|) or folded (>)."""
        first = self.values[path].line + 1
        indent = next((_indent(row) for row in self.source.lines[first - 1 :] if row.strip()), 0)
        left = start
        for number, row in enumerate(self.source.lines[first - 1 :], first):
            content = row[indent:].rstrip("\r")
            if left <= len(content):
                return Span(number, indent + left + 1, max(1, length))
            left -= len(content) + 1
        return self.span(path)

    def at(self, path: Path) -> Any:
        found = self.data
        for part in path:
            found = found[part]
        return found

    def problem(
        self, path: Path, code: str, message: Text, hint: Text | None = None, *, key: bool = False
    ) -> Problem:
        return problem_at(self.source, self.key_span(path) if key else self.span(path), code, message, hint)


def read_yaml(source: Source) -> Document:
    """Parse ``source``; raises ``Rejected`` with Y1xx problems when it is not acceptable YAML.

    Y101 not YAML · Y102 too large · Y103 alias or anchor · Y104 tag · Y105 key twice · Y106 too deep ·
    Y107 a key that is not a word.
    """
    if len(source.text) > SIZE_LIMIT:
        message = Text(
            f"文件过大，超过 {SIZE_LIMIT} 个字符", f"the file is larger than {SIZE_LIMIT} characters"
        )
        raise Rejected([problem_at(source, Span(1, 1), "Y102", message)])
    try:
        node = _composed(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(mark.line + 1, mark.column + 1) if mark else Span(1, 1)
        message = Text(f"不是有效的 YAML：{error.problem}", f"not valid YAML: {error.problem}")
        hint = Text(
            "检查缩进、冒号后的空格和引号", "check the indentation, the space after a colon, and the quotes"
        )
        raise Rejected([problem_at(source, span, "Y101", message, hint)]) from error
    except yaml.YAMLError as error:
        message = Text(f"不是有效的 YAML：{error}", f"not valid YAML: {error}")
        raise Rejected([problem_at(source, Span(1, 1), "Y101", message)]) from error
    document = Document(source)
    problems: list[Problem] = []
    document.data = _build(node, (), document, problems) if node else None
    if problems:
        raise Rejected(problems)
    return document


def _composed(source: Source) -> yaml.Node | None:
    """The nodes of the one document, from the events of the parser in one pass; None where nothing is written.

    It stops before anything is built that could grow without end (aliases) or exhaust the stack (depth).
    """
    root, first = None, None
    within: list[yaml.CollectionNode] = []
    events: Iterable[Any] = yaml.parse(source.text, Loader=yaml.CSafeLoader)
    for event in events:
        mark = event.start_mark
        if isinstance(event, yaml.NodeEvent):
            node = _node(event, source)
            if within:
                within[-1].value.append(node)
            else:
                root = node
            if isinstance(node, yaml.CollectionNode):
                within.append(node)
                _refuse_depth(len(within), event, source)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = within.pop()
            done.end_mark = event.end_mark
            if isinstance(done, yaml.MappingNode):
                parts = iter(done.value)
                done.value = list(zip(parts, parts, strict=True))
        elif isinstance(event, yaml.DocumentStartEvent):
            if first is not None:
                context, told = "expected a single document in the stream", "but found another document"
                raise yaml.composer.ComposerError(context, first, told, mark)
            first = mark
    return root


def _node(event: Any, source: Source) -> yaml.Node:
    """The value of one event, of collections without their parts; tags mean nothing here."""
    if event.anchor is not None or event.tag is not None:  # an alias has an anchor
        _refuse_name(event, source)
    start, end = event.start_mark, event.end_mark
    if isinstance(event, yaml.ScalarEvent):
        return yaml.ScalarNode("", event.value, start, end, event.style)
    kind = yaml.MappingNode if isinstance(event, yaml.MappingStartEvent) else yaml.SequenceNode
    return kind("", [], start, end)


def _refuse_name(event: Any, source: Source) -> None:
    span = Span(event.start_mark.line + 1, event.start_mark.column + 1)
    if source.text[event.start_mark.index] == "!":
        message = Text("不允许使用标签（!）", "tags (!) are not allowed")
        hint = Text("去掉标签，或给文字加引号", "leave it out, or quote the text")
        raise Rejected([problem_at(source, span, "Y104", message, hint)])
    message = Text("不允许使用锚点和别名（& 与 *）", "anchors and aliases (& and *) are not allowed")
    hint = Text("写出完整内容，或给文字加引号", "write it out, or quote the text")
    raise Rejected([problem_at(source, span, "Y103", message, hint)])


def _refuse_depth(depth: int, event: Any, source: Source) -> None:
    if depth > DEPTH_LIMIT:
        span = Span(event.start_mark.line + 1, event.start_mark.column + 1)
        message = Text(f"层次过深，超过 {DEPTH_LIMIT} 层", f"nested deeper than {DEPTH_LIMIT} levels")
        raise Rejected([problem_at(source, span, "Y106", message)])


def _build(node: yaml.Node, path: Path, document: Document, problems: list[Problem]) -> Any:
    document.values[path] = _span(node)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, document, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, index), document, problems) for index, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key, str):
            problems.append(
                problem_at(
                    document.source, _span(key_node), "Y107", Text("键必须是一个词", "a key must be a word")
                )
            )
            continue
        if key in found:
            message = Text(f"键“{key}”重复", f"the key “{key}” is written twice")
            problems.append(
                problem_at(
                    document.source, _span(key_node), "Y105", message, Text("只保留一处", "keep one of them")
                )
            )
            continue
        document.keys[(*path, key)] = _span(key_node)
        found[key] = _build(value_node, (*path, key), document, problems)
    return found


def _scalar(node: yaml.ScalarNode, path: Path, document: Document, problems: list[Problem]) -> Any:
    document._text[path] = (node.start_mark.index, node.style or "")
    value: str = node.value
    if node.style:
        return value
    if value in _NULL:
        return None
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits == "0" or not digits.startswith("0")):
        return int(value)
    return value


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def _span(node: yaml.Node) -> Span:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return Span(start.line + 1, start.column + 1, max(1, length))
