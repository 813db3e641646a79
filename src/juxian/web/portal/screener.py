"""What can I get? A visitor answers a dozen questions and sees every benefit with reasons (政策自测).

The answers travel in the body of one POST, are used for one answer, and are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.clock import today
from juxian.core.facts.profile import with_spouse
from juxian.core.facts.schema import Kind, ProfileField, Schema
from juxian.core.facts.values import Refusal, parse_value
from juxian.core.packs.schema import Pack
from juxian.core.policy.nodes import RECEIVED
from juxian.web.kit.access import public
from juxian.web.kit.entitling import entitlement_cards, shown_first, turning_cards
from juxian.web.kit.formats import language
from juxian.web.kit.scope import current_scope
from juxian.web.kit.screening import levels_named, questions_of
from juxian.web.portal.claiming import guides_of
from juxian.web.portal.places import place_or_404

FIRST_QUESTIONS = 12
NONE_OF_THESE = "none-of-these"
PREFIX = "answer-"


class Screener(forms.Form):
    """One question for each profile field that the policies in force read; every one may be left open."""

    def __init__(self, data: Any, *, pack: Pack, language: str) -> None:
        super().__init__(data)
        self.pack, self.language = pack, language
        self.asked = questions_of(pack, today())
        for question in self.asked:
            named = levels_named(pack, question.name, today())
            self.fields[PREFIX + question.name] = _field(question, pack.schema, language, named)

    def clean(self) -> dict[str, Any]:
        """The answers as a profile row under ``row``; what is left open stays unknown."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        row: dict[str, Any] = {RECEIVED: {}} if RECEIVED in self.pack.schema.profile else {}
        for question in self.asked:
            raw = cleaned.get(PREFIX + question.name)
            if raw in (None, "", []):
                continue
            if question.type.kind is Kind.LEVELS:
                raw = [code for code in raw if code != NONE_OF_THESE]
            parsed = parse_value(raw, question.type, self.pack.schema)
            if isinstance(parsed, Refusal):
                self.add_error(PREFIX + question.name, parsed.reason.in_language(self.language))
            else:
                row[question.name] = parsed
        cleaned["row"] = with_spouse(row, self.pack.schema, None)
        return cleaned

    def first_fields(self) -> list[forms.BoundField]:
        return [self[PREFIX + question.name] for question in self.asked[:FIRST_QUESTIONS]]

    def further_fields(self) -> list[forms.BoundField]:
        return [self[PREFIX + question.name] for question in self.asked[FIRST_QUESTIONS:]]


def _field(question: ProfileField, schema: Schema, language: str, named: set[str]) -> forms.Field:
    options: dict[str, Any] = {"label": question.question.in_language(language), "required": False}
    if question.type.kind is Kind.LEVELS:
        levels = [choice for choice in _choices(question, schema, language) if choice[0] in named]
        choices = [*levels, (NONE_OF_THESE, _("以上都没有"))]
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)
    return _MAKERS.get(question.type.kind, _line)(question, schema, language, options)


def _line(question: ProfileField, _schema: Schema, _language: str, options: dict[str, Any]) -> forms.Field:
    hints = {Kind.MONTHS: _("例如：36个月、3年"), Kind.MONEY: _("例如：20万元")}
    return forms.CharField(max_length=40, help_text=hints.get(question.type.kind, ""), **options)


def _date(_question: ProfileField, _schema: Schema, _language: str, options: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=20, widget=forms.DateInput(attrs={"type": "date"}), **options)


def _boolean(
    _question: ProfileField, _schema: Schema, _language: str, options: dict[str, Any]
) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("不确定")), ("true", _("是")), ("false", _("否"))], **options)


def _level(question: ProfileField, schema: Schema, language: str, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("不确定")), *_choices(question, schema, language)], **options)


def _choices(question: ProfileField, schema: Schema, language: str) -> list[tuple[str, str]]:
    levels = schema.scale_of(question.type).levels.values()
    return [(level.code, level.title.in_language(language)) for level in levels]


_MAKERS: dict[Kind, Callable[..., forms.Field]] = {
    Kind.DATE: _date,
    Kind.BOOLEAN: _boolean,
    Kind.LEVEL: _level,
}


@public
@require_safe
def screener_here(request: HttpRequest) -> HttpResponse:
    """The screener of the place that the visitor looks at."""
    return redirect("portal:screener", pack=current_scope(request).pack.code)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def screener(request: HttpRequest, pack: str) -> HttpResponse:
    """GET asks; POST answers. An answer that cannot be read is told at its question with status 422."""
    place = place_or_404(pack)
    form = Screener(request.POST if request.method == "POST" else None, pack=place, language=language())
    context: dict[str, Any] = {"pack": place, "form": form, "answered": False}
    if request.method == "POST" and form.is_valid():
        context |= _answer(place, form.cleaned_data["row"])
    return render(request, "portal/screener.html", context, status=422 if form.errors else 200)


def _answer(pack: Pack, row: dict[str, Any]) -> dict[str, Any]:
    def address(policy: str) -> str:
        return reverse("portal:policy", args=[pack.code, policy])

    cards = entitlement_cards(
        pack, row, today(), language(), address=address, claim=guides_of(pack, language()), spouse_shown=True
    )
    near, rest = shown_first(cards)
    return {
        "answered": True,
        "entitlements": near,
        "others": rest,
        "turning": turning_cards(cards),
        "yes": sum(card.verdict == "yes" for card in cards),
        "unknown": sum(card.verdict == "unknown" for card in cards),
    }
