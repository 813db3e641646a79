"""Who the people are, and when they came: charts of the dashboard (结构与月度)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.assessment.queries import ages, months_of_introduction, structure
from juxian.core.packs.schema import Pack
from juxian.web.board.day import BoardDay
from juxian.web.kit import formats
from juxian.web.kit.charts import Chart, Mark, histogram, months, ranking, stacked
from juxian.web.kit.dossier import names_of

MONTHS = range(1, 13)
NOT_RECORDED = "-"  # in an address: persons without a value
MOST_EMPLOYERS = 6
OLDEST = 150
AGE_EDGES = (0, 26, 31, 36, 41, 46, 51, 56, 61)  # first age of each range


def months_chart(pack: Pack, day: BoardDay) -> tuple[Chart, int, int]:
    """(chart, introduced this year up to the month, introduced in the same months last year)."""
    counted = months_of_introduction(pack, day.day)
    year = day.day.year
    now = [counted.get((year, month), 0) if month <= day.day.month else None for month in MONTHS]
    before = [counted.get((year - 1, month), 0) for month in MONTHS]
    so_far, then = sum(value or 0 for value in now), sum(before[: day.day.month])
    finding = _("%(year)s 年至 %(month)s 月引进 %(now)s 人，上年同期 %(then)s 人") % {
        "year": year,
        "month": day.day.month,
        "now": formats.count(so_far),
        "then": formats.count(then),
    }
    hrefs = [persons_address(day, introduced=f"{year}-{month:02d}") for month in MONTHS]
    return months(_("月度引进人数"), year, now, before, finding, hrefs), so_far, then


def level_chart(pack: Pack, field: str, day: BoardDay, language: str) -> Chart:
    """Bars by the levels of a profile column, the highest or largest first; no record stands at the end."""
    counted = structure(pack, field)
    column = pack.schema.profile[field]
    scale = pack.schema.scale_of(column.type)
    levels = [level for level in reversed(tuple(scale.levels.values())) if counted.get(level.code)]
    if not scale.ordered:
        levels.sort(key=lambda level: -counted[level.code])
    draw, most = (stacked, 5) if field == "six_ranks" else (ranking, 8)
    room = most if len(levels) <= most else most - 1
    marks = [
        Mark(
            level.title.in_language(language),
            counted[level.code],
            persons_address(day, **{field: level.code}),
        )
        for level in levels[:room]
    ]
    if rest := [level.code for level in levels[room:]]:
        marks.append(
            Mark(_("其他"), sum(counted[code] for code in rest), persons_address(day, **{field: rest}))
        )
    title = column.title.in_language(language)
    finding = _finding(title, marks, sum(counted.values()))
    if counted.get(None):
        marks.append(Mark(_("未登记"), counted[None], persons_address(day, **{field: NOT_RECORDED})))
    return draw(title, marks, finding)


def employer_chart(pack: Pack, day: BoardDay, language: str) -> Chart:
    """The employers with the most people."""
    counted = {code: number for code, number in structure(pack, "employer").items() if code}
    codes = sorted(counted, key=lambda code: (-counted[code], code))[:MOST_EMPLOYERS]
    names = names_of(set(codes), language)
    marks = [
        Mark(names.get(code, code), counted[code], persons_address(day, employer=code)) for code in codes
    ]
    title = _("人才最多的用人单位")
    whole = sum(counted.values())
    return ranking(title, marks, _finding(title, marks, whole), whole=whole)


def age_chart(pack: Pack, day: BoardDay) -> Chart:
    """Persons by range of age on the day; ages come from the year and day of birth."""
    year = day.day.year
    edges = zip((*AGE_EDGES[1:], OLDEST), AGE_EDGES, strict=True)
    hrefs = [persons_address(day, born=f"{year - high + 1}-{year - low}") for high, low in edges]
    bands = [
        replace(band, href=href if band.value else "")
        for band, href in zip(age_bands(ages(pack, day.day), day.day), hrefs, strict=True)
    ]
    return histogram(_("年龄"), bands, _finding(_("年龄"), bands, sum(band.value for band in bands)))


def age_bands(by_year: Mapping[int, int], as_of: date) -> list[Mark]:
    """Ranges of age from counts by year of birth: the age reached in the year of ``as_of``; nobody who is not born."""
    counts = [0] * len(AGE_EDGES)
    for year, number in by_year.items():
        age = as_of.year - year
        if age < AGE_EDGES[0]:
            continue
        counts[max(at for at, edge in enumerate(AGE_EDGES) if age >= edge)] += number
    labels = [_("≤%(age)s") % {"age": AGE_EDGES[1] - 1}]
    labels += [f"{low}–{high - 1}" for low, high in pairwise(AGE_EDGES[1:])]
    labels.append(_("≥%(age)s") % {"age": AGE_EDGES[-1]})
    return [Mark(label, number) for label, number in zip(labels, counts, strict=True)]


def persons_address(day: BoardDay, **conditions: str | Sequence[str]) -> str:
    """The list of exactly the persons behind a figure or mark."""
    return reverse("board:persons") + "?" + urlencode(conditions | {"on": day.choice}, doseq=True)


def _finding(title: str, marks: list[Mark], whole: int) -> str:
    """What is most frequent, with the share that the chart shows too: of ``whole``."""
    if not marks or not any(item.value for item in marks):
        return _("%(title)s：暂无数据") % {"title": title}
    largest = max(marks, key=lambda item: item.value)
    return _("%(title)s：%(largest)s最多，%(value)s 人，占 %(share)s") % {
        "title": title,
        "largest": largest.label,
        "value": formats.count(largest.value),
        "share": formats.rate(largest.value, whole),
    }
