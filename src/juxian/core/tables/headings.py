"""Headers of a roster to fill in (模板表头): words that the import reads as what they were written for."""

from __future__ import annotations

from juxian.core.facts.schema import Schema
from juxian.core.tables.mapping import Vocabulary


def head_of(target: str, schema: Schema, words: Vocabulary) -> str:
    """A header that the import reads as this target, the shortest way round; empty where there is none."""
    code, _dot, name = target.partition(".")
    field = schema.kinds[code].fields.get(name)
    own = (field.title.zh, *field.aliases) if field else _beginnings(code, schema)
    certain = [word for word in own if words.targets(word)[0] == (target,)]
    likely = [word for word in own if target in words.targets(word)[0]]
    return next(iter([*certain, *likely]), field.title.zh if field else "")


def _beginnings(code: str, schema: Schema) -> list[str]:
    """Titles of profile fields that say when a kind began, e.g. 入职日期."""
    return [
        field.title.zh
        for field in schema.profile.values()
        for rule in field.derive
        if rule.kind == code and rule.op == "since" and not rule.where
    ]
