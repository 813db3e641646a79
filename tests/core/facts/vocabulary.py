"""A small vocabulary for the tests of facts: two scales, two kinds, fields of every type."""

from __future__ import annotations

from typing import Any

from juxian.core.facts.schema import (
    Derivation,
    Derive,
    FactKind,
    Field,
    Kind,
    Level,
    ProfileField,
    Scale,
    Schema,
    ValueType,
)
from juxian.core.text import Text

DEGREE = Scale(
    "degree",
    Text("学历", "Education level"),
    {
        "bachelor": Level("bachelor", Text("本科", "Bachelor"), 1, ("大学本科",), "21"),
        "master": Level("master", Text("硕士", "Master"), 2, ("研究生",), "14"),
        "doctor": Level("doctor", Text("博士", "Doctor"), 3, (), "11"),
    },
    ordered=True,
)
TAG = Scale(
    "tag",
    Text("院校层次", "School tier"),
    {"985": Level("985", Text("985", "985")), "211": Level("211", Text("211", "211"))},
)
TYPES = {kind: ValueType(kind) for kind in Kind} | {
    Kind.LEVEL: ValueType(Kind.LEVEL, "degree"),
    Kind.LEVELS: ValueType(Kind.LEVELS, "tag"),
}


def _kind(code: str, **types: Kind) -> FactKind:
    fields = {name: Field(name, Text(name), TYPES[kind]) for name, kind in types.items()}
    return FactKind(code, Text(code), fields)


JOB = _kind(
    "job",
    employer=Kind.ORGANISATION,
    post=Kind.TEXT,
    township=Kind.BOOLEAN,
    pay=Kind.MONEY,
    place=Kind.INTEGER,
)
STUDY = _kind("study", degree=Kind.LEVEL, tags=Kind.LEVELS)
PAID = _kind("paid", benefit=Kind.TEXT, amount=Kind.MONEY)


def schema_with(**rules: Derivation | tuple[Derivation, ...] | str) -> Schema:
    """A schema whose profile holds a field for each rule; a text means ``years_since`` that field."""
    profile: dict[str, Any] = {}
    for name, rule in rules.items():
        derive = rule if isinstance(rule, tuple) else () if isinstance(rule, str) else (rule,)
        since = rule if isinstance(rule, str) else ""
        profile[name] = ProfileField(name, Text(name), TYPES[Kind.TEXT], derive, since)
    return Schema({"degree": DEGREE, "tag": TAG}, {kind.code: kind for kind in (JOB, STUDY, PAID)}, profile)


def rule(op: Derive, kind: str = "job", field: str = "", **more: Any) -> Derivation:
    return Derivation(op, kind, field, **more)


SCHEMA = schema_with()
