"""Numbers, money, days as people read them (数字与日期的写法); one place, so that all pages agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from juxian.apps.clock import SHANGHAI
from juxian.core.facts.profile import SINCE_UNKNOWN
from juxian.core.facts.values import show_amount
from juxian.core.indicators.units import show_figure
from juxian.core.money import FEN_PER_YUAN

MISSING = "—"
CHINESE_STEPS = ((10**8 * FEN_PER_YUAN, "亿元"), (10**4 * FEN_PER_YUAN, "万元"))
ENGLISH_STEPS = ((10**9 * FEN_PER_YUAN, "billion yuan"), (10**6 * FEN_PER_YUAN, "million yuan"))


class Figure(NamedTuple):
    """A number and its unit apart, so that the unit can stand smaller."""

    value: str
    unit: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


def language() -> str:
    """``zh`` or ``en``, the language in force."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def count(number: int | None) -> str:
    """Whole number with separators: 186420 → ``186,420``; None → ``—``."""
    return MISSING if number is None else f"{number:,}"


def decimal(numerator: int, denominator: int, places: int) -> str:
    """``numerator/denominator`` rounded half up, without trailing zeros: 3.03, 12,640, 0.5."""
    scale = 10**places
    sign, size = ("-" if numerator < 0 else ""), abs(numerator)
    whole, rest = divmod((size * scale * 2 + denominator) // (denominator * 2), scale)
    tail = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{whole:,}" + (f".{tail}" if tail else "")


def money(amount_fen: int | None) -> Figure:
    """An exact amount: ``5 万元``, ``1.2 亿元``, ``9,800.50 元``; English in yuan."""
    if amount_fen is None:
        return Figure(MISSING, "")
    value, _space, unit = show_amount(amount_fen, language()).rpartition(" ")
    return Figure(value, unit)


def headline(amount_fen: int | None) -> Figure:
    """An amount rounded to two decimals of 万元 or 亿元 (million, billion), for a card's large figure."""
    if amount_fen is None:
        return Figure(MISSING, "")
    steps = ENGLISH_STEPS if language() == "en" else CHINESE_STEPS
    for size_fen, unit in steps:
        if abs(amount_fen) >= size_fen:
            return Figure(decimal(amount_fen, size_fen, 2), unit)
    return money(amount_fen)


def quantity(number: int | None, unit: str) -> Figure:
    """A measured value in the unit of an indicator (``person``, ``set`` …); ``yuan`` comes in whole yuan."""
    if unit == "yuan":
        return money(None if number is None else number * FEN_PER_YUAN)
    if number is None:
        return Figure(MISSING, "")
    value, space, counter = show_figure(number, unit, language()).partition(" ")
    return Figure(value, counter if space else "")


def rate(part: int | None, whole: int | None) -> str:
    """Share with one decimal: 286 of 300 → ``95.3%``; nothing to divide by → ``—``."""
    if part is None or not whole:
        return MISSING
    tenths = (abs(part) * 2000 + abs(whole)) // (2 * abs(whole))
    sign = "-" if (part < 0) != (whole < 0) and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"


def change(now: int | None, before: int | None) -> str:
    """Relative change with its sign: 104.8 after 100 → ``+4.8%``; no earlier value → ``—``."""
    if now is None or not before:
        return MISSING
    text = rate(now - before, abs(before))
    return text if text.startswith("-") else f"+{text}"


def listed(names: Iterable[object]) -> str:
    """Names beside each other: ``甲、乙``, in English ``A, B``."""
    return _("、").join(map(str, names))


def clauses(sentences: Iterable[object]) -> str:
    """Statements after each other: ``甲；乙``, in English ``A; B``."""
    return _("；").join(map(str, sentences))


def labelled(label: object, value: object) -> str:
    """What it is, then the value: ``学历：硕士``, in English ``Education level: master``."""
    return _("%(label)s：%(value)s") % {"label": label, "value": value}


def with_aside(words: object, aside: object) -> str:
    """Words with a remark in brackets: ``硕士（毕业证）``; without a remark the words alone."""
    return _("%(words)s（%(aside)s）") % {"words": words, "aside": aside} if aside else str(words)


def day(value: date | datetime | str | None) -> str:
    """``YYYY-MM-DD`` in Shanghai; None → ``—``. A canonical text (``2022-01-31``) passes; a day not stated is said so."""
    if value is None or value == "":
        return MISSING
    if value in (SINCE_UNKNOWN, SINCE_UNKNOWN.isoformat()):
        return _("日期不详")
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    return value if isinstance(value, str) else value.isoformat()


def moment(value: datetime | None) -> str:
    """``YYYY-MM-DD HH:MM`` in Shanghai; None → ``—``."""
    return MISSING if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def ago(value: datetime, now: datetime) -> str:
    """For alerts: ``35 分钟前`` today, ``昨天 17:42``, then ``11-18``, of another year in full."""
    local, here = value.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    minutes = max(0, int((here - local).total_seconds()) // 60)
    if minutes < 60:
        return ngettext("%(number)s 分钟前", "%(number)s 分钟前", minutes) % {"number": minutes}
    days = (here.date() - local.date()).days
    if days == 0:
        return ngettext("%(number)s 小时前", "%(number)s 小时前", minutes // 60) % {"number": minutes // 60}
    if days == 1:
        return _("昨天 %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{local:%m-%d}" if local.year == here.year else f"{local:%Y-%m-%d}"
