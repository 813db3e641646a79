"""``indicators.yaml``, ``reported.yaml`` and ``targets.yaml`` (指标、公布数、目标).

K501 unknown indicator · K502 key that the measure needs or does not take · K503 unknown fact kind · K504 field that cannot
be added up · K505 indicator or pending · K506 value · K507 day or year · K508 ratio of itself · K509 unknown owner ·
K510 units that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from juxian.core.facts.schema import Kind, Schema
from juxian.core.facts.values import FIRST_YEAR, LAST_YEAR, Refusal, parse_amount
from juxian.core.indicators import (
    PENDING_MODULES,
    UNITS,
    Indicator,
    Measure,
    Relation,
    ReportedFigure,
    Target,
)
from juxian.core.indicators.model import Stock
from juxian.core.money import CEILING_FEN, FEN_PER_YUAN
from juxian.core.packs.conditions import read_condition
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.text import Text

# measure → keys it needs, keys it takes besides
_MEASURE_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Measure.PERSONS: ((), ("where",)),
    Measure.FACTS: (("kind",), ("where", "distinct", "sum")),
    Measure.ORGANISATIONS: ((), ("where",)),
    Measure.RATIO: (("of", "to"), ()),
    Measure.HOUSING: (("stock",), ()),
}
_OWN_KEYS = ("kind", "where", "distinct", "sum", "of", "to", "stock")
_NUMBERS = (Kind.MONEY, Kind.INTEGER, Kind.MONTHS)


def read_indicators(whole: Part, schema: Schema) -> dict[str, Indicator]:
    """All indicators by id."""
    if not whole.keys(("indicators",)):
        return {}
    parts = [
        (part, indicator)
        for part in whole.get("indicators").items()
        if (indicator := _indicator(part, schema)) is not None
    ]
    indicators = unique(parts, lambda indicator: indicator.id)
    for part, indicator in parts:
        for key in ("of", "to"):
            _check_base(part.get(key), indicator, indicators)
    return indicators


def read_figures(whole: Part, indicators: Mapping[str, Indicator]) -> tuple[ReportedFigure, ...]:
    """All published figures, in the order of the file."""
    if not whole.keys(("figures",)):
        return ()
    parts = [
        (part, figure)
        for part in whole.get("figures").items()
        if (figure := _figure(part, indicators)) is not None
    ]
    return tuple(unique(parts, lambda figure: figure.id).values())


def read_targets(
    whole: Part, indicators: Mapping[str, Indicator], organisations: Collection[str]
) -> tuple[Target, ...]:
    """All targets, in the order of the file."""
    if not whole.keys(("targets",)):
        return ()
    parts = [
        (part, target)
        for part in whole.get("targets").items()
        if (target := _target(part, indicators, organisations)) is not None
    ]
    return tuple(unique(parts, lambda target: target.id).values())


def _indicator(part: Part, schema: Schema) -> Indicator | None:
    if not part.keys(
        ("id", "title", "unit", "measure"),
        ("definition", "dashboard", "source", *_OWN_KEYS),
    ):
        return None
    id_, measure = part.get("id").code(), part.get("measure").one_of(list(Measure))
    if not id_ or not measure:
        return None
    _check_measure_keys(part, measure)
    kind = _fact_kind(part.get("kind"), schema)
    _check_sum(part.get("sum"), kind, schema)
    return Indicator(
        id=id_,
        title=part.get("title").title(),
        definition=part.get("definition").title(),
        unit=part.get("unit").one_of(list(UNITS)),
        measure=Measure(measure),
        kind=kind,
        where=read_condition(part.get("where"), measure, kind, schema, counted=True),
        where_text=part.get("where").text(),
        distinct=part.get("distinct").boolean(),
        sum=part.get("sum").text(),
        dashboard=part.get("dashboard").boolean(),
        of=part.get("of").text(),
        to=part.get("to").text(),
        source=part.get("source").text(),
        stock=part.get("stock").one_of(list(Stock), ""),
    )


def _check_measure_keys(part: Part, measure: str) -> None:
    needed, taken = _MEASURE_KEYS[measure]
    for key in _OWN_KEYS:
        if key in needed and not part.get(key).present:
            part.refuse("K502", f"{measure} 需要“{key}”", f"{measure} needs “{key}”")
        if part.get(key).present and key not in (*needed, *taken):
            part.get(key).refuse(
                "K502",
                f"{measure} 不用“{key}”",
                f"{measure} takes no “{key}”",
                key=True,
            )


def _fact_kind(part: Part, schema: Schema) -> str:
    code = part.text()
    if code and code not in schema.kinds:
        hint = one_of(code, list(schema.kinds))
        part.refuse("K503", f"没有信息项类别“{code}”", f"there is no fact kind “{code}”", hint)
        return ""
    return code


def _check_sum(part: Part, kind: str, schema: Schema) -> None:
    if not part.present or not kind:
        return
    fields = schema.kinds[kind].fields
    summable = [name for name, field in fields.items() if field.type.kind in _NUMBERS]
    if part.text() not in summable:
        hint = one_of(part.text(), summable) if summable else None
        part.refuse(
            "K504",
            f"“{part.value}”不是可以相加的字段",
            f"“{part.value}” cannot be added up",
            hint,
        )


def _check_base(part: Part, indicator: Indicator, indicators: Mapping[str, Indicator]) -> None:
    id_ = part.text()
    if not id_:
        return
    if id_ not in indicators:
        _no_indicator(part, id_, indicators)
    elif indicators[id_].measure is Measure.RATIO:
        part.refuse("K508", f"“{id_}”本身是比率", f"“{id_}” is itself a ratio")


def _no_indicator(part: Part, id_: str, indicators: Mapping[str, Indicator]) -> None:
    hint = one_of(id_, list(indicators)) if indicators else None
    part.refuse("K501", f"没有指标“{id_}”", f"there is no indicator “{id_}”", hint)


def _figure(part: Part, indicators: Mapping[str, Indicator]) -> ReportedFigure | None:
    required = ("id", "title", "value", "unit", "relation", "source")
    if not part.keys(required, ("as_of", "year", "indicator", "pending")):
        return None
    id_ = part.get("id").text()
    unit = part.get("unit").one_of(list(UNITS))
    value, day = _value(part.get("value"), unit), _day(part)
    indicator, pending = _computed_by(part, unit, indicators)
    relation = part.get("relation").one_of(list(Relation))
    if not id_ or value is None or day is None or not relation:
        return None
    return ReportedFigure(
        id=id_,
        title=part.get("title").title(),
        value=value,
        unit=unit,
        relation=Relation(relation),
        as_of=day,
        source=part.get("source").text(),
        indicator=indicator,
        pending=pending,
        year=part.get("year").value,
    )


def _target(part: Part, indicators: Mapping[str, Indicator], organisations: Collection[str]) -> Target | None:
    required = ("id", "title", "value", "unit", "relation", "year", "source")
    if not part.keys(required, ("owner", "indicator", "pending")):
        return None
    id_ = part.get("id").text()
    unit = part.get("unit").one_of(list(UNITS))
    value, year = (
        _value(part.get("value"), unit),
        part.get("year").integer(FIRST_YEAR, LAST_YEAR),
    )
    indicator, pending = _computed_by(part, unit, indicators)
    relation = part.get("relation").one_of(list(Relation))
    owner = part.get("owner").text()
    if owner and owner not in organisations:
        hint = one_of(owner, organisations)
        part.get("owner").refuse("K509", f"没有机构“{owner}”", f"there is no organisation “{owner}”", hint)
    if not id_ or value is None or year is None or not relation:
        return None
    return Target(
        id=id_,
        title=part.get("title").title(),
        value=value,
        unit=unit,
        relation=Relation(relation),
        as_of=date(year, 12, 31),
        year=year,
        owner=owner,
        source=part.get("source").text(),
        indicator=indicator,
        pending=pending,
    )


def _value(part: Part, unit: str) -> int | None:
    """A whole number in ``unit``; money is written as an amount and comes back in whole yuan."""
    if not part.present:
        return None
    if unit != "yuan":
        return part.integer(0, CEILING_FEN)
    if not isinstance(part.value, str):
        hint = Text("写如 303万元", "write e.g. 303万元")
        part.refuse(
            "K506",
            f"金额“{part.value}”缺少单位",
            f"the amount “{part.value}” has no unit",
            hint,
        )
        return None
    fen = parse_amount(part.value)
    if isinstance(fen, Refusal):
        part.refuse("K506", fen.reason.zh, fen.reason.in_language("en"))
        return None
    if fen % FEN_PER_YUAN:
        part.refuse("K506", "公布数应为整元", "published amounts are whole yuan")
    return fen // FEN_PER_YUAN


def _day(part: Part) -> date | None:
    as_of, year = part.get("as_of"), part.get("year")
    if as_of.present == year.present:
        part.refuse("K507", "应写 as_of 或 year 之一", "write one of as_of and year")
    found = year.integer(FIRST_YEAR, LAST_YEAR)
    return as_of.day() or (date(found, 12, 31) if found else None)


def _computed_by(part: Part, unit: str, indicators: Mapping[str, Indicator]) -> tuple[str, str]:
    """(indicator, pending), exactly one of them set."""
    indicator, pending = part.get("indicator"), part.get("pending")
    if indicator.present == pending.present:
        hint = Text(
            f"尚不能计算时写 pending: {'、'.join(PENDING_MODULES)}",
            "pending: name of a module",
        )
        part.refuse(
            "K505",
            "应写 indicator 或 pending 之一",
            "write one of indicator and pending",
            hint,
        )
    id_ = indicator.text()
    if id_ and id_ not in indicators:
        _no_indicator(indicator, id_, indicators)
    elif id_ and unit and indicators[id_].unit not in (unit, ""):
        part.get("unit").refuse(
            "K510",
            f"指标“{id_}”的单位是 {indicators[id_].unit}，不是 {unit}",
            f"the unit of the indicator “{id_}” is {indicators[id_].unit}, not {unit}",
        )
    return id_, pending.one_of(PENDING_MODULES)
