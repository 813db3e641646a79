"""A fact in a sentence (信息项的文字): the kind's wording with its values, the rest as details."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from juxian.core.facts.schema import FactKind, Field, Kind, Schema
from juxian.core.facts.values import show_value

_PLACE = re.compile(r"\{(\w+)\}")

Names = Mapping[str, str]  # code of an organisation, id of a benefit → its name
_BENEFIT = "benefit"  # the field of a fact that names one


def fact_sentence(
    kind: FactKind,
    value: Mapping[str, Any],
    schema: Schema,
    language: str,
    names: Names,
) -> str:
    """The kind's sentence with the values in place; values one by one when the sentence would have a gap."""
    template = kind.sentence.in_language(language)
    places = _PLACE.findall(template)
    if not template or any(value.get(name) is None for name in places):
        return _listed(
            kind,
            [name for name in kind.fields if name in value],
            value,
            schema,
            language,
            names,
        )
    return _PLACE.sub(
        lambda place: field_words(kind.fields[place[1]], value[place[1]], schema, language, names),
        template,
    )


def fact_details(
    kind: FactKind,
    value: Mapping[str, Any],
    schema: Schema,
    language: str,
    names: Names,
) -> str:
    """What the sentence leaves out, as ``title：value`` joined by `` · ``; empty when nothing is left."""
    template = kind.sentence.in_language(language)
    said = set(_PLACE.findall(template))
    if not template or any(value.get(name) is None for name in said):
        return ""
    return _listed(
        kind,
        [name for name in kind.fields if name in value and name not in said],
        value,
        schema,
        language,
        names,
        " · ",
    )


def field_words(field: Field, value: Any, schema: Schema, language: str, names: Names) -> str:
    """One value in words; organisations and benefits by name where it is known."""
    if isinstance(value, str) and (field.type.kind is Kind.ORGANISATION or field.name == _BENEFIT):
        return names.get(value, value)
    return show_value(value, field.type, schema, language)


def is_masked(field: Field) -> bool:
    """Numbers and addresses that are read one by one, with a reason (手机、邮箱); never part of a sentence."""
    return field.sensitive and field.type.kind is Kind.TEXT


def _listed(
    kind: FactKind,
    fields: list[str],
    value: Mapping[str, Any],
    schema: Schema,
    language: str,
    names: Names,
    join: str = "",
) -> str:
    colon, comma = (": ", ", ") if language.startswith("en") else ("：", "，")
    shown = [kind.fields[name] for name in fields if not is_masked(kind.fields[name])]
    words = [
        f"{field.title.in_language(language)}{colon}{field_words(field, value[field.name], schema, language, names)}"
        for field in shown
    ]
    return (join or comma).join(words)
