"""What the lint takes from data: which fields are one merit, and of which numbers more is better (评价标准的配置)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from juxian.core.facts.schema import Kind, Schema
from juxian.core.text import Text


@dataclass(frozen=True)
class Merit:
    """One standard by which people are measured (学历、帽子、论文、奖项…), and the profile fields that record it."""

    code: str
    title: Text  # e.g. 唯学历
    fields: frozenset[str]


@dataclass(frozen=True)
class Merits:
    """rising: number fields of which more should never bring less. neutral: ordered scales that are no ladder."""

    merits: tuple[Merit, ...] = ()
    rising: frozenset[str] = frozenset()
    neutral: frozenset[str] = field(default_factory=frozenset)

    def sole(self, fields: Iterable[str]) -> Merit | None:
        """The one merit that all ``fields`` belong to; None when there is none or no field."""
        read = set(fields)
        return next((merit for merit in self.merits if read and read <= merit.fields), None)

    def ladders(self, schema: Schema) -> frozenset[str]:
        """Profile fields of which a higher value should never bring less money."""
        scales = schema.scales
        ordered = {
            name
            for name, item in schema.profile.items()
            if item.type.kind is Kind.LEVEL and scales[item.type.scale].ordered and name not in self.neutral
        }
        return frozenset(ordered | self.rising)


def merged(parent: Merits, own: Merits) -> Merits:
    """A parent's data with that of a pack added; a merit named again gains fields."""
    found: Mapping[str, Merit] = {merit.code: merit for merit in parent.merits}
    kept = dict(found)
    for merit in own.merits:
        before = kept.get(merit.code)
        fields = merit.fields | (before.fields if before else frozenset())
        kept[merit.code] = Merit(
            merit.code,
            merit.title if merit.title.zh else before.title if before else Text(merit.code),
            fields,
        )
    return Merits(tuple(kept.values()), parent.rising | own.rising, parent.neutral | own.neutral)
