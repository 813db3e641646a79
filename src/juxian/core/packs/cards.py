"""``cards.yaml``: kinds of talent card, their levels, terms and benefits (人才服务卡).

K861 term that is no length · K862 unknown level of the card · K863 level that can never be reached · K864 unknown partner.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from juxian.core.cards.book import CardBenefit, CardKind, CardLevel, Shown
from juxian.core.facts.schema import Schema
from juxian.core.indicators import Measure
from juxian.core.packs.conditions import read_condition
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.text import Text

BASES = ("sourced", "analogue", "assumed")
_TERM = re.compile(r"([1-9][0-9]?)(年|个月)")
_FIRST = ("card", "title", "basis", "source", "lasts", "levels")
_MORE = ("benefits", "shows", "remind", "offered")
MOST_DAYS, MOST_USES = 365, 999


def read_cards(
    whole: Part, schema: Schema, units: Collection[str] | None, parents: Mapping[str, CardKind]
) -> dict[str, CardKind]:
    """Those of the parent; one of the same code is changed key by key, ``offered: false`` leaves it out.

    units: codes and duties that may be partners; None for a pack that stands for no place.
    """
    if not whole.keys(("cards",)):
        return dict(parents)
    parts = whole.get("cards").items()
    reader = _Reader(schema, units)
    read = [(part, kind) for part in parts if (kind := reader.kind(part, parents)) is not None]
    own = unique(read, lambda kind: kind.id)
    left_out = {kind.id for part, kind in read if not part.get("offered").boolean(default=True)}
    return {code: kind for code, kind in {**parents, **own}.items() if code not in left_out}


class _Reader:
    def __init__(self, schema: Schema, units: Collection[str] | None) -> None:
        self.schema, self.units = schema, units

    def kind(self, part: Part, parents: Mapping[str, CardKind]) -> CardKind | None:
        value = part.value
        named = value.get("card") if isinstance(value, dict) else None
        above = parents.get(named) if isinstance(named, str) else None
        required = ("card",) if above or part.get("offered").value is False else _FIRST
        if not part.keys(required, (*_FIRST, *_MORE)):
            return None
        levels = self.levels(part.get("levels")) if part.get("levels").present or not above else above.levels
        codes = [level.code for level in levels]
        given = part.get("benefits").present or not above
        benefits = self.benefits(part.get("benefits"), codes) if given else above.benefits if above else ()
        known = set(codes)
        return CardKind(
            id=part.get("card").code(),
            title=part.get("title").title() if part.get("title").present or not above else above.title,
            basis=part.get("basis").one_of(BASES, above.basis if above else ""),
            source=part.get("source").text(above.source if above else ""),
            months=_months(part.get("lasts")) if part.get("lasts").present or not above else above.months,
            levels=levels,
            benefits=tuple(one for one in benefits if given or not one.levels or known & set(one.levels)),
            shows=_shows(part.get("shows")) if part.get("shows").present or not above else above.shows,
            remind=_days(part.get("remind")) if part.get("remind").present or not above else above.remind,
        )

    def levels(self, part: Part) -> tuple[CardLevel, ...]:
        read = [(item, level) for item in part.items() if (level := self.level(item)) is not None]
        for (_item, before), (item, level) in pairwise(read):
            if not before.when and level.when:
                zh = f"“{before.code}”不设条件，其后的“{level.code}”永远轮不到"
                en = f"“{before.code}” has no condition, so “{level.code}” after it is never reached"
                item.refuse(
                    "K863", zh, en, Text("把不设条件的放在最后", "put the one without a condition last")
                )
        return tuple(unique(read, lambda level: level.code).values())

    def level(self, part: Part) -> CardLevel | None:
        if not part.keys(("level", "title"), ("when",)):
            return None
        read_condition(part.get("when"), Measure.PERSONS, "", self.schema)
        return CardLevel(part.get("level").code(), part.get("title").title(), part.get("when").text())

    def benefits(self, part: Part, levels: Collection[str]) -> tuple[CardBenefit, ...]:
        read = [(item, found) for item in part.items() if (found := self.benefit(item, levels)) is not None]
        return tuple(unique(read, lambda benefit: benefit.id).values())

    def benefit(self, part: Part, levels: Collection[str]) -> CardBenefit | None:
        optional = ("source", "per_year", "levels", "partner", "note")
        if not part.keys(("benefit", "title", "basis"), optional):
            return None
        for item in part.get("levels").items():
            if (word := item.text()) and word not in levels:
                item.refuse(
                    "K862", f"本卡没有等级“{word}”", f"the card has no level “{word}”", one_of(word, levels)
                )
        partner = part.get("partner")
        if partner.present and self.units is not None and partner.text() not in self.units:
            word = partner.text()
            partner.refuse(
                "K864", f"没有机构或职责“{word}”", f"no unit or duty “{word}”", one_of(word, self.units)
            )
        return CardBenefit(
            id=part.get("benefit").code(),
            title=part.get("title").title(),
            basis=part.get("basis").one_of(BASES),
            source=part.get("source").text(),
            per_year=part.get("per_year").integer(1, MOST_USES) or 0,
            levels=part.get("levels").words(),
            partner=partner.text(),
            note=part.get("note").title(),
        )


def _months(part: Part) -> int:
    found = _TERM.fullmatch(part.text().replace(" ", ""))
    if found is None:
        if part.present:
            hint = Text("写如 5年、36个月", "write e.g. 5年")
            part.refuse("K861", f"“{part.value}”不是有效期", f"“{part.value}” is no term", hint)
        return 12
    return int(found[1]) * (12 if found[2] == "年" else 1)


def _shows(part: Part) -> tuple[Shown, ...]:
    words = [item.one_of(list(Shown)) for item in part.items()]
    return tuple(Shown(word) for word in words if word)


def _days(part: Part) -> tuple[int, ...]:
    found = [item.integer(1, MOST_DAYS) for item in part.items()]
    return tuple(sorted({days for days in found if days}, reverse=True))
