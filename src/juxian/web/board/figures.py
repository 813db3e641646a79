"""Published figures beside computed ones, and the five figures on top (公布数核对与关键指标)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from juxian.apps.assessment.queries import FigureResult, measure
from juxian.core.dates import add_years
from juxian.core.indicators import Indicator, show_figure
from juxian.core.money import FEN_PER_YUAN
from juxian.core.packs.schema import Pack
from juxian.web.kit import charts, formats

MOST_CARDS = 5
YEARS_OF_TREND = 5
MODULES: dict[str, str | Promise] = {
    "housing": gettext_lazy("人才公寓"),
    "recruitment": gettext_lazy("岗位与引才"),
    "services": gettext_lazy("事项办理"),
    "care": gettext_lazy("联系服务"),
    "funds": gettext_lazy("资金拨付"),
    "reviews": gettext_lazy("认定评审"),
    "assessment": gettext_lazy("目标考核"),
    "documents": gettext_lazy("文件库"),
    "challenges": gettext_lazy("揭榜挂帅"),
    "events": gettext_lazy("活动"),
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One published figure, worded with unit and relation; ``holds`` is None while nothing computes it."""

    id: str
    title: str
    reported: str
    computed: str
    holds: bool | None
    as_of: date
    source: str
    indicator: str
    definition: str
    pending: str | Promise


@dataclass(frozen=True, slots=True)
class Card:
    """One KPI: figure and unit, its change against a year ago, its trend."""

    indicator: str
    name: str
    figure: formats.Figure
    value: int | None
    change: str
    tone: str
    note: str
    spark: SafeString


def figure_rows(results: Iterable[FigureResult], pack: Pack, language: str) -> list[FigureRow]:
    """What does not hold first, then what holds, then what waits for a module."""
    rows = [_figure_row(result, pack, language) for result in results]
    return sorted(rows, key=lambda row: {False: 0, True: 1, None: 2}[row.holds])


def cards(pack: Pack, as_of: date, language: str) -> list[Card]:
    """The indicators that the pack puts on the dashboard, five at most."""
    chosen = [indicator for indicator in pack.indicators.values() if indicator.dashboard]
    return [_card(indicator, pack, as_of, language) for indicator in chosen[:MOST_CARDS]]


def _figure_row(result: FigureResult, pack: Pack, language: str) -> FigureRow:
    figure = result.figure
    indicator = pack.indicators.get(figure.indicator)
    return FigureRow(
        id=figure.id,
        title=figure.title.in_language(language),
        reported=show_figure(figure.value, figure.unit, language, figure.relation),
        computed=show_figure(result.computed, figure.unit, language),
        holds=result.holds,
        as_of=figure.as_of,
        source=figure.source,
        indicator=figure.indicator,
        definition=indicator.definition.in_language(language) if indicator else "",
        pending=MODULES.get(figure.pending, figure.pending),
    )


def _card(indicator: Indicator, pack: Pack, as_of: date, language: str) -> Card:
    values = [measure(indicator, pack, day) for day in _days(indicator, as_of)]
    now, before = values[-1], values[-2] if len(values) > 1 else None
    known = [value for value in values if value is not None]
    change = formats.change(now, before) if before else ""
    return Card(
        indicator=indicator.id,
        name=indicator.title.in_language(language),
        figure=_headline(now, indicator.unit),
        value=now,
        change=change,
        tone="mute" if change in ("", "+0.0%") else "bad" if change.startswith("-") else "ok",
        note=_note(before),
        spark=charts.spark(known) if len(set(known)) > 1 else SafeString(),
    )


def _note(before: int | None) -> str:
    if before is None:
        return _("按现有档案")
    return _("较上年同日") if before else _("上年同日为 0")


def _days(indicator: Indicator, as_of: date) -> list[date]:
    """Days of the trend: the same day of earlier years for what dated facts count, else ``as_of`` alone."""
    if indicator.measure != "facts":
        return [as_of]
    return [add_years(as_of, -years) for years in range(YEARS_OF_TREND, -1, -1)]


def _headline(value: int | None, unit: str) -> formats.Figure:
    if unit == "yuan":
        return formats.headline(None if value is None else value * FEN_PER_YUAN)
    return formats.quantity(value, unit)
