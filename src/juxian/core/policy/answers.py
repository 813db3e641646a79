"""What somebody writes about a person, by field, as a profile row (一人的填报)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from juxian.core.dates import add_years
from juxian.core.facts.schema import Kind, ProfileField, Schema
from juxian.core.facts.values import Refusal, parse_value
from juxian.core.text import Text

OLDEST = 150  # years


def answer(
    field: ProfileField, raw: object, day: date, schema: Schema, benefit_ids: Mapping[str, str] | None = None
) -> dict[str, Any] | Refusal:
    """Stored field → canonical value for one answer, or why it is not accepted.

    An age or a number of years becomes the date that gives exactly that on ``day``. benefit_ids: title → id, for
    benefits received that are named by title.
    """
    if field.type.kind is Kind.AMOUNTS and isinstance(raw, dict) and benefit_ids:
        raw = {benefit_ids.get(key, key): amount for key, amount in raw.items()}
    if field.type.kind is Kind.INTEGER and isinstance(raw, str):
        raw = raw.strip().removesuffix("周岁").removesuffix("岁").removesuffix("年").strip()
    value = parse_value(raw, field.type, schema)
    if isinstance(value, Refusal):
        return value
    if not field.years_since:
        return {field.name: value}
    if not 0 <= value <= OLDEST:
        return Refusal(Text(f"应为 0 到 {OLDEST}", f"it should lie between 0 and {OLDEST}"))
    return {field.years_since: add_years(day, -value).isoformat()}


def answers(
    data: Mapping[str, Any], day: date, schema: Schema, benefit_ids: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], list[tuple[str, Text]]]:
    """A profile row of everything that is written by field, and what is not accepted: word, reason.

    Fields by English name, title or alias; None is unknown.
    """
    row: dict[str, Any] = {}
    refused: list[tuple[str, Text]] = []
    for word, raw in data.items():
        field = schema.find_field(word)
        if field is None:
            refused.append((word, Text("没有这个字段", "there is no such field")))
        elif raw is not None:
            found = answer(field, raw, day, schema, benefit_ids)
            if isinstance(found, Refusal):
                refused.append((word, found.reason))
            else:
                row.update(found)
    return row, refused
