"""Reading matrix.yaml and the addresses of the product (权限矩阵与网址)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver

FILE = Path(__file__).with_name("matrix.yaml")
METHODS = ("GET", "POST")
OUTCOMES = ("allow", "sign-in", 401, 403, 404, 405)
Outcome = str | int


@dataclass(frozen=True)
class Function:
    """One line of the matrix. outcomes: method → actor → what happens."""

    name: str
    does: str
    outcomes: dict[str, dict[str, Outcome]]
    address: dict[str, str] = field(default_factory=dict)
    foreign: Outcome | None = None
    other_unit: Outcome | None = None
    writes: bool = False
    again: str = ""

    def outcome(self, method: str, actor: str) -> Outcome:
        line = self.outcomes[method]
        return line.get(actor, line.get("others", ""))

    def outcome_for_foreign(self, method: str, actor: str) -> Outcome:
        """Objects of another place: not allowed where the own ones are."""
        own = self.outcome(method, actor)
        return self.foreign if own == "allow" and self.foreign is not None else own


@dataclass(frozen=True)
class Matrix:
    actors: dict[str, str]
    functions: dict[str, Function]


@dataclass(frozen=True)
class Address:
    """One address of the URL configuration."""

    name: str
    route: str
    view: Callable[..., Any]
    parts: tuple[str, ...]


@cache
def read_matrix() -> Matrix:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    functions = {name: _function(name, line) for name, line in found["functions"].items()}
    return Matrix(found["actors"], functions)


def _function(name: str, line: dict[str, Any]) -> Function:
    outcomes = {method: line[method] for method in METHODS}
    rest = {key: value for key, value in line.items() if key not in METHODS}
    return Function(name=name, outcomes=outcomes, **rest)


@cache
def addresses() -> tuple[Address, ...]:
    """Every address of the product, in the order of the URL configuration."""
    return tuple(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, namespace: str, before: str) -> Iterator[Address]:
    for item in resolver.url_patterns:
        route = before + str(item.pattern)
        if isinstance(item, URLPattern):
            parts = tuple(item.pattern.converters)
            yield Address(f"{namespace}{item.name or ''}", route, item.callback, parts)
        else:
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _walk(item, inner, route)
