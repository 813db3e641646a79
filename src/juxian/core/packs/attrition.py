"""``attrition.yaml``: from which facts one is warned that somebody may leave (流失预警的信号与阈值).

K811 a signal has no source or several · K812 no such fact kind or field · K813 the field is no number of months ·
K814 a source lacks its number of months.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from juxian.core.facts.schema import Kind, Schema
from juxian.core.indicators import Measure
from juxian.core.packs.conditions import read_condition
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.text import Text

SOURCES: Final = ("term", "end", "event", "instalments", "services", "condition")
LONGEST = 120  # months


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal (信号). source: what it looks at, with ``kind`` and ``field`` of facts where it is one of them.

    term: since of the fact and so many months of ``field``; end: until of the fact; event: since of the fact;
    instalments: the last instalment of a grant; services: a running case of one of ``services``; condition: text of the
    rule language. within: months before that day; past: months after it, while the warning stands.
    """

    id: str
    title: Text
    source: str
    kind: str = ""
    field: str = ""
    services: tuple[str, ...] = ()
    condition: str = ""
    within: int = 0
    past: int = 0


@dataclass(frozen=True)
class AttritionBook:
    """keep_months: how long a warning is kept after its reason has gone; None for no end."""

    signals: Mapping[str, Signal] = field(default_factory=dict)
    keep_months: int | None = None


def read_attrition(whole: Part, schema: Schema, parent: AttritionBook) -> AttritionBook:
    """Those of the parent, replaced by id; ``offered: false`` leaves one out."""
    if not whole.keys((), ("signals", "keep_months")):
        return parent
    read = [(part, _signal(part, schema)) for part in whole.get("signals").items()]
    own = unique(read, lambda signal: signal.id)
    gone = {signal.id for part, signal in read if not part.get("offered").boolean(default=True)}
    keep = whole.get("keep_months").integer(1, 1200)
    signals = {key: signal for key, signal in {**parent.signals, **own}.items() if key not in gone}
    return AttritionBook(signals, parent.keep_months if keep is None else keep)


def _signal(part: Part, schema: Schema) -> Signal:
    offered = part.get("offered").boolean(default=True)
    optional = ("title", *SOURCES, "within", "past", "offered")
    part.keys(("signal", "title") if offered else ("signal",), optional)
    sources = [name for name in SOURCES if part.get(name).present]
    if offered and len(sources) != 1:
        part.refuse(
            "K811",
            f"恰好写一个来源：{'、'.join(SOURCES)}",
            f"write exactly one source: {', '.join(SOURCES)}",
        )
    source = sources[0] if sources else ""
    kind, name = _fact(part.get(source), schema, source) if source in ("term", "end", "event") else ("", "")
    read_condition(part.get("condition"), Measure.PERSONS, "", schema, counted=True)
    within, past = (part.get(word).integer(0, LONGEST) or 0 for word in ("within", "past"))
    needed = {"term": within, "end": within, "instalments": within, "event": past}
    if needed.get(source, 1) == 0:
        word = "past" if source == "event" else "within"
        part.refuse("K814", f"缺少月数“{word}”", f"the number of months “{word}” is missing")
    if source == "instalments":
        part.get("instalments").boolean()
    return Signal(
        part.get("signal").code(),
        part.get("title").title(),
        source,
        kind,
        name,
        part.get("services").words() if source == "services" else (),
        part.get("condition").text(),
        within,
        past,
    )


def _fact(part: Part, schema: Schema, source: str) -> tuple[str, str]:
    """``kind`` or ``kind.field``; a term needs a field of months."""
    kind, _dot, name = part.text().partition(".")
    known = schema.kinds.get(kind)
    if known is None:
        part.refuse("K812", f"没有信息项“{kind}”", f"no fact kind “{kind}”", one_of(kind, list(schema.kinds)))
        return "", ""
    if source == "term":
        found = known.fields.get(name)
        if found is None:
            hint = one_of(name, list(known.fields))
            part.refuse("K812", f"“{kind}”没有字段“{name}”", f"{kind} has no field “{name}”", hint)
        elif found.type.kind is not Kind.MONTHS:
            part.refuse("K813", f"“{name}”不是月数", f"“{name}” is no number of months")
    return kind, name
