"""Proposed corrections in words (更正申请的说法)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Correction
from juxian.core.facts.schema import Schema
from juxian.core.facts.wording import fact_details, fact_sentence
from juxian.web.kit.dossier import names_of

TONES = {State.OPEN: "warn", State.ACCEPTED: "ok", State.REFUSED: "bad", State.TAKEN_BACK: "mute"}


@dataclass(frozen=True, slots=True)
class Told:
    """before: what stands, empty for a new statement. after: what is proposed, empty when it is to go."""

    correction: Correction
    kind: str
    before: str
    after: str
    details: str
    tone: str


def told(corrections: Sequence[Correction], schema: Schema, language: str) -> list[Told]:
    """Rows with ``about`` read; one query for the names of organisations."""
    values = [row.value for row in corrections] + [row.about.value for row in corrections if row.about]
    codes = {part for value in values for name, part in value.items() if name == "employer"}
    names = names_of({code for code in codes if isinstance(code, str)}, language)
    return [_told(row, schema, language, names) for row in corrections]


def _told(row: Correction, schema: Schema, language: str, names: dict[str, str]) -> Told:
    kind = schema.kinds.get(row.kind)
    if kind is None:
        return Told(row, row.kind, "", "", "", TONES[State(row.state)])
    before = fact_sentence(kind, row.about.value, schema, language, names) if row.about else ""
    after = fact_sentence(kind, row.value, schema, language, names) if row.value else ""
    details = fact_details(kind, row.value, schema, language, names) if row.value else ""
    return Told(row, kind.title.in_language(language), before, after, details, TONES[State(row.state)])
