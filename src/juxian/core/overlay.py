"""One YAML file laid over another (叠加): a mapping joins key by key, anything else replaces.

``key: ~`` takes a key away; ``key+: […]`` adds to the list ``key`` of the file below. A problem found in the joined text is
told where its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from juxian.core.positioned import Document, Path, read_yaml
from juxian.core.source import Problem, Source, Span, problem_at

_MORE = "+"
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]*")
_WORDS_WITH_MEANING = {"true", "True", "yes", "是", "false", "False", "no", "否", "null", "Null"}


@dataclass
class Overlay:
    """``above`` laid over ``below``; ``document`` is the joined text with its own positions.

    moved: path in the joined data → path in ``above``, of every part taken from there.
    """

    below: Document
    above: Document
    under: Overlay | None = None  # where ``below`` is itself joined
    moved: dict[Path, Path] = field(default_factory=dict)
    document: Document = field(init=False)

    def __post_init__(self) -> None:
        data = self._join(self.below.data, self.above.data, (), ())
        self.document = read_yaml(Source(self.above.source.name, to_yaml(data)))

    def told_where_written(self, problem: Problem) -> Problem:
        """The problem with the position of the part in the file that its author wrote."""
        if problem.span is None:
            return problem
        path, offset, at_key = self._part_at(problem.span)
        document, place = self._origin(path)
        span = document.key_span(place) if at_key else document.span(place)
        if offset:
            span = document.span_within(place, offset, problem.span.length)
        told = problem_at(
            document.source, span, problem.code, problem.message, problem.hint, problem.severity
        )
        if self.under is not None and document is self.below:
            return self.under.told_where_written(told)
        return told

    def _join(self, below: Any, above: Any, path: Path, place: Path) -> Any:
        if not isinstance(below, Mapping) or not isinstance(above, Mapping):
            self.moved[path] = place
            return above
        joined = dict(below)
        for key, value in above.items():
            name = key.removesuffix(_MORE)
            if key != name and isinstance(joined.get(name), list) and isinstance(value, list):
                joined[name] = self._longer(joined[name], value, (*path, name), (*place, key))
            elif value is None:
                joined.pop(key, None)
            else:
                joined[key] = self._join(joined.get(key), value, (*path, key), (*place, key))
        return joined

    def _longer(self, below: list[Any], more: list[Any], path: Path, place: Path) -> list[Any]:
        for index in range(len(more)):
            self.moved[(*path, len(below) + index)] = (*place, index)
        return [*below, *more]

    def _origin(self, path: Path) -> tuple[Document, Path]:
        for length in range(len(path), -1, -1):
            if path[:length] in self.moved:
                return self.above, (*self.moved[path[:length]], *path[length:])
        return (self.above, path) if path in self.above.values else (self.below, path)

    def _part_at(self, span: Span) -> tuple[Path, int, bool]:
        """Path of the part that stands there, offset within it, whether it is a key."""
        for at_key, table in ((True, self._keys), (False, self._values)):
            if (span.line, span.column) in table:
                return table[span.line, span.column], 0, at_key
        before = [column for line, column in self._values if line == span.line and column < span.column]
        if not before:
            return (), 0, False
        start = max(before)
        path = self._values[span.line, start]
        quoted = self.document.source.line(span.line)[start - 1 : start] == '"'
        return path, span.column - start - quoted, False

    @cached_property
    def _values(self) -> dict[tuple[int, int], Path]:
        return {(span.line, span.column): path for path, span in self.document.values.items()}

    @cached_property
    def _keys(self) -> dict[tuple[int, int], Path]:
        found = {(span.line, span.column): path for path, span in self.document.keys.items()}
        return {place: path for place, path in found.items() if self._values.get(place, ()) == ()}


class _Dumper(yaml.CSafeDumper):
    """Every text that could be read as something else stands in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    plain = _PLAIN.fullmatch(value) and value not in _WORDS_WITH_MEANING
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def to_yaml(data: Any) -> str:
    """Data as YAML that ``read_yaml`` reads back to the same data."""
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text
