"""Fields that several forms use (共用表单字段)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from juxian.core.facts.values import FIRST_YEAR, LAST_YEAR
from juxian.core.identity.check import has_hidden_characters

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TITLE = 200


def visible_text(text: str) -> None:
    """Refuse zero-width, bidirectional and control characters."""
    if has_hidden_characters(text) or any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValidationError(_("含有看不见的字符，请重新输入。"))


def within_bounds(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            _("日期应在 %(first)s 年至 %(last)s 年之间。") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


def text_field(label: StrOrPromise, longest: int, **options: Any) -> forms.CharField:
    """One line of text."""
    return forms.CharField(label=label, max_length=longest, validators=[visible_text], **options)


def day_field(label: StrOrPromise, **options: Any) -> forms.DateField:
    """A day from 1900 to 2100."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        widget=widget,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
        validators=[within_bounds],
        **options,
    )


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, StrOrPromise]]) -> None:
    """Fill a field of choices, where they depend on the place or the user. choices: (value, title)."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def choices_of(form: forms.BaseForm, name: str) -> list[tuple[Any, Any]]:
    """What a field of choices without groups offers."""
    return list(cast("list[tuple[Any, Any]]", cast(forms.ChoiceField, form.fields[name]).choices))


def set_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Fill a field whose choices are rows."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class ReasonForm(forms.Form):
    """Why something sensitive is read or taken back."""

    reason = text_field(_("理由"), 200, help_text=_("写入审计记录"))
