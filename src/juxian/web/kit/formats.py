"""Numbers, money, days as people read them (数字与日期的写法); one place, so that all pages agree."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from juxian.apps.clock import SHANGHAI
from juxian.core.money import FEN_PER_YUAN

MISSING = "—"
WAN_FEN = 10_000 * FEN_PER_YUAN
YI_FEN = 10_000 * WAN_FEN
MILLION_FEN = 1_000_000 * FEN_PER_YUAN
BILLION_FEN = 1_000 * MILLION_FEN


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
    """``numerator/denominator`` rounded half up, with separators and without trailing zeros: 3.03, 12,640, 0.5."""
    scale = 10**places
    sign, size = ("-" if numerator < 0 else ""), abs(numerator)
    whole, rest = divmod((size * scale * 2 + denominator) // (denominator * 2), scale)
    tail = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{whole:,}" + (f".{tail}" if tail else "")


def money(amount_fen: int | None) -> Figure:
    """An amount in the unit that reads best: 元 below 10,000, then 万元, then 亿元 (yuan, million, billion)."""
    if amount_fen is None:
        return Figure(MISSING, "")
    size = abs(amount_fen)
    if language() == "en":
        if size >= BILLION_FEN:
            return Figure(decimal(amount_fen, BILLION_FEN, 2), _("亿元（十亿）"))
        if size >= MILLION_FEN:
            return Figure(decimal(amount_fen, MILLION_FEN, 2), _("百万元"))
        return Figure(decimal(amount_fen, FEN_PER_YUAN, 2), _("元"))
    if size >= YI_FEN:
        return Figure(decimal(amount_fen, YI_FEN, 2), _("亿元"))
    if size >= WAN_FEN:
        return Figure(decimal(amount_fen, WAN_FEN, 2), _("万元"))
    return Figure(decimal(amount_fen, FEN_PER_YUAN, 2), _("元"))


def quantity(number: int | None, unit: str) -> Figure:
    """A measured value in the unit of an indicator (``person``, ``yuan`` …)."""
    if unit == "yuan":
        return money(number)
    if number is None:
        return Figure(MISSING, "")
    if unit == "per_cent":
        return Figure(f"{number}%", "")
    return Figure(count(number), unit_word(unit, number))


def unit_word(unit: str, number: int = 2) -> str:
    """How a unit of an indicator is called; a unit nobody knows is shown as it is written."""
    match unit:
        case "person":
            return ngettext("人", "人", number)
        case "case":
            return ngettext("件", "件", number)
        case "organisation":
            return ngettext("家", "家", number)
        case "set":
            return ngettext("套", "套", number)
        case "time":
            return ngettext("次", "次", number)
        case "project" | "item":
            return ngettext("项", "项", number)
        case "team" | "platform" | "place":
            return ngettext("个", "个", number)
        case "m2":
            return "m²"
        case "yuan":
            return _("元")
        case "per_cent":
            return "%"
        case "day":
            return ngettext("天", "天", number)
    return unit


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


def day(value: date | datetime | str | None) -> str:
    """``YYYY-MM-DD`` in Shanghai; None → ``—``. A canonical text (``2022-01-31``) passes."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    return value if isinstance(value, str) else value.isoformat()


def moment(value: datetime | None) -> str:
    """``YYYY-MM-DD HH:MM`` in Shanghai; None → ``—``."""
    return MISSING if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def ago(value: datetime, now: datetime) -> str:
    """For alerts: ``35 分钟前`` today, ``昨天 17:42``, then ``11-18``, with the year when it is another one."""
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
