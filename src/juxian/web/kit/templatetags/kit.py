"""Filters and small tags of all pages: ``{% load kit %}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from juxian.apps.clock import now
from juxian.core.text import Text
from juxian.web.kit import formats, icons
from juxian.web.kit.once import FIELD, new_key

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = icons.NORMAL_PX) -> SafeString:
    """``{% icon "users" %}``; the size in px."""
    return icons.icon(str(name), int(size))


@register.simple_tag
def once() -> SafeString:
    """``{% once %}``: the hidden field that lets a form be carried out once; a new key each time."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key())


@register.filter
def words(value: Text | None) -> str:
    """Wording of a pack in the language in force."""
    return value.in_language(formats.language()) if isinstance(value, Text) else str(value or "")


@register.filter
def name_of(organisation: Any) -> str:
    """An organisation's name in the language in force."""
    if organisation is None:
        return formats.MISSING
    return (organisation.name_en if formats.language() == "en" else "") or organisation.name


@register.filter
def count(value: int | None) -> str:
    return formats.count(value)


@register.filter
def money(amount_fen: int | None) -> SafeString:
    """Whole fen as figure and small unit: 5 万元."""
    return _with_unit(formats.money(amount_fen))


@register.filter
def plain_money(amount_fen: int | None) -> str:
    """Whole fen as plain text, for attributes and sentences."""
    return str(formats.money(amount_fen))


@register.filter
def quantity(value: int | None, unit: str) -> SafeString:
    """A measured value with the unit of its indicator: ``{{ figure.value|quantity:figure.unit }}``."""
    return _with_unit(formats.quantity(value, unit))


@register.filter
def plain_quantity(value: int | None, unit: str) -> str:
    return str(formats.quantity(value, unit))


@register.filter
def day(value: date | datetime | str | None) -> str:
    return formats.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value)


@register.filter
def ago(value: datetime) -> str:
    return formats.ago(value, now())


@register.filter
def rate(part: int | None, whole: int | None) -> str:
    return formats.rate(part, whole)


@register.filter
def known(value: Any) -> Any:
    """``—`` for what is missing; zero and no stay."""
    return formats.MISSING if value is None or value == "" else value


@register.filter
def surname(name: str) -> str:
    """The first character, for the round picture beside a name."""
    return (name or "?").strip()[:1].upper()


@register.filter
def listed(names: Iterable[object]) -> str:
    return formats.listed(names)


@register.filter
def labelled(label: object, value: object) -> str:
    """``{{ field.label|labelled:error }}``: 姓名：请填写."""
    return formats.labelled(label, value)


@register.filter
def tenth(per_mille: int | None) -> str:
    """Per mille as a percentage for an SVG width: 885 → ``88.5%``; below 0 and above 1000 are cut."""
    size = min(1000, max(0, per_mille or 0))
    return f"{size // 10}.{size % 10}%"


@register.simple_tag(takes_context=True)
def here(context: template.Context, **changes: Any) -> str:
    """The address of this page with parameters changed; empty takes one away, ``page`` always goes."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def without(context: template.Context, name: str, value: str = "") -> str:
    """The address of this page without one value of a parameter (a chip's cross)."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("page", None)
    left = [item for item in query.getlist(name) if value and item != value]
    query.setlist(name, left) if left else query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.filter
def around(page: Any) -> list[int | None]:
    """Page numbers to show around the current one; None stands for a gap: 1 … 4 5 6 … 20."""
    last = page.paginator.num_pages
    wanted = sorted({1, last, *range(max(1, page.number - 1), min(last, page.number + 1) + 1)})
    numbers: list[int | None] = []
    for number in wanted:
        if numbers and number - (numbers[-1] or 0) > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def _with_unit(figure: formats.Figure) -> SafeString:
    if not figure.unit:
        return format_html("{}", figure.value)
    return format_html('{} <span class="unit">{}</span>', figure.value, figure.unit)
