"""Registering one person by hand (登记人才), with the same check for duplicates as rosters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.linking.actions import candidates_for, remember_apart
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import DocumentDraft, FactDraft, number_digests, register_person
from juxian.apps.persons.enums import DocumentKind, SourceKind, Verification
from juxian.apps.persons.models import Person, Source
from juxian.apps.persons.rules import may_register
from juxian.core.identity.documents import check_document
from juxian.core.identity.linking.signs import words_of
from juxian.core.identity.linking.traces import Known
from juxian.core.identity.names import check_name
from juxian.core.identity.phones import check_phone
from juxian.core.text import Text
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import employers_of, home_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.factforms import level_choices
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope

MATCHES_SHOWN = 5


class RegistrationForm(forms.Form):
    """Who it is, where they work, and who says so; everything else is added on the person page."""

    name = text_field(_("姓名"), 60)
    document_kind = forms.ChoiceField(
        label=_("证件类型"), choices=DocumentKind.choices, initial=DocumentKind.RESIDENT_ID
    )
    document_number = text_field(
        _("证件号码"),
        40,
        required=False,
        help_text=_("加密保存；出生日期和性别由身份证号码得出。没有可不填。"),
    )
    gender = forms.ChoiceField(label=_("性别"), required=False)
    birth_date = day_field(_("出生日期"), required=False)
    phone = text_field(_("手机"), 40, required=False)
    employer = forms.ChoiceField(label=_("用人单位"), required=False)
    position = text_field(_("岗位职务"), 100, required=False)
    hired_on = day_field(_("入职日期"), required=False)
    degree = forms.ChoiceField(label=_("最高学历"), required=False)
    graduated_on = day_field(_("毕业日期"), required=False)
    source = text_field(_("来源"), 200, help_text=_("谁提供的，例如：本人到窗口登记"))
    evidence = text_field(_("凭证"), 200, help_text=_("例如：身份证、劳动合同"))
    confirmed = forms.BooleanField(label=_("我已核对，不是同一人"), required=False)

    def __init__(self, data: Any, *, scope: Scope, employers: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.scope = scope
        self.warnings: list[str] = []
        schema, blank = scope.pack.schema, ("", _("请选择"))
        self._choose("gender", [blank, *level_choices("gender", schema, scope.language)])
        self._choose("degree", [blank, *level_choices("degree", schema, scope.language)])
        self._choose("employer", [blank, *employers])

    def _choose(self, name: str, choices: list[Any]) -> None:
        set_choices(self, name, choices)

    def clean_name(self) -> str:
        found = check_name(self.cleaned_data["name"])
        self._stop_at(found.problem)
        return found.name

    def clean_phone(self) -> str:
        text: str = self.cleaned_data["phone"]
        if not text:
            return ""
        found = check_phone(text)
        self._stop_at(found.problem)
        return found.number

    def _stop_at(self, problem: Text | None) -> None:
        if problem:
            raise forms.ValidationError(problem.in_language(self.scope.language))

    def clean(self) -> dict[str, Any]:
        """The document number in canonical form; what it says of birth and gender must not be contradicted."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("document_number"):
            self._check_number(cleaned)
        for name, needed_by, words in (
            ("hired_on", "employer", _("填写了用人单位，请填写入职日期。")),
            ("graduated_on", "degree", _("填写了学历，请填写毕业日期。")),
            ("employer", "position", _("填写了岗位职务，请选择用人单位。")),
            ("employer", "hired_on", _("填写了入职日期，请选择用人单位。")),
            ("degree", "graduated_on", _("填写了毕业日期，请选择学历。")),
        ):
            if cleaned.get(needed_by) and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, forms.ValidationError(words))
        self._check_days(cleaned)
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        """Nobody is born after today, nor hired or graduated before birth."""
        birth = cleaned.get("birth_date")
        if birth is None:
            return
        if birth > self.scope.as_of:
            self.add_error("birth_date", forms.ValidationError(_("不能晚于今天。")))
            return
        for name, words in (
            ("hired_on", _("入职日期早于出生日期。")),
            ("graduated_on", _("毕业日期早于出生日期。")),
        ):
            if cleaned.get(name) and cleaned[name] <= birth:
                self.add_error(name, forms.ValidationError(words))

    def _check_number(self, cleaned: dict[str, Any]) -> None:
        found = check_document(cleaned.get("document_kind", ""), cleaned["document_number"], self.scope.as_of)
        if found.problem:
            self.add_error("document_number", found.problem.in_language(self.scope.language))
            return
        self.warnings = [warning.in_language(self.scope.language) for warning in found.warnings]
        cleaned["document_number"] = found.number
        cleaned["document_kind"] = found.kind or cleaned["document_kind"]
        stated = (
            ("birth_date", found.birth, _("与证件号码中的出生日期不一致。")),
            ("gender", found.gender, _("与证件号码中的性别不一致。")),
        )
        for name, proved, words in stated:
            if proved and cleaned.get(name) and cleaned[name] != proved:
                self.add_error(name, forms.ValidationError(words))
            elif proved:
                cleaned[name] = proved

    def known(self) -> Known:
        """What is compared with the register; call when valid."""
        wanted = self.cleaned_data
        number = wanted["document_number"]
        return Known(
            wanted["name"],
            numbers=((wanted["document_kind"], number),) if number else (),
            birth=wanted["birth_date"],
            gender=wanted["gender"],
            phones=(wanted["phone"],) if wanted["phone"] else (),
            employer=wanted["employer"],
        )

    def facts(self) -> list[FactDraft]:
        """The first facts of the record; call when valid."""
        wanted = self.cleaned_data
        identity = {
            "name": wanted["name"],
            "gender": wanted["gender"],
            "birth_date": _iso(wanted["birth_date"]),
        }
        drafts = [self._fact("identity", identity, wanted["birth_date"] or self.scope.as_of)]
        if wanted["phone"]:
            drafts.append(self._fact("contact", {"phone": wanted["phone"]}, self.scope.as_of))
        if wanted["degree"]:
            drafts.append(self._fact("education", {"degree": wanted["degree"]}, wanted["graduated_on"]))
        if wanted["employer"]:
            value = {"employer": wanted["employer"], "position": wanted["position"]}
            drafts.append(self._fact("employment", value, wanted["hired_on"]))
        return drafts

    def _fact(self, kind: str, value: dict[str, Any], since: date) -> FactDraft:
        known = {name: part for name, part in value.items() if part}
        return FactDraft(
            kind, known, since, evidence=self.cleaned_data["evidence"], verification=Verification.UNVERIFIED
        )


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def register(request: HttpRequest) -> HttpResponse:
    """Open a record, unless the number is known already; a person of the same name is shown first."""
    scope = current_scope(request)
    home = home_of(scope)
    may_register(user_of(request), home).or_refuse()
    form = RegistrationForm(
        request.POST if request.method == "POST" else None,
        scope=scope,
        employers=employers_of(home, scope.language),
    )
    matches: list[Match] = []
    if request.method == "POST" and form.is_valid():
        matches = _same_person(request, form, home, scope.language)
        if not matches:
            person = _register(request, form, home, scope)
            for warning in form.warnings:
                messages.warning(request, warning)
            messages.success(request, gettext("已登记，编号 %(number)s") % {"number": person.number})
            return go(request, "desk:person", number=person.number)
    context = {
        "form": form,
        "matches": matches,
        "blocked": any(match.blocks for match in matches),
    }
    return render(
        request, "desk/persons/register.html", context, status=422 if form.errors or matches else 200
    )


@dataclass(frozen=True, slots=True)
class Match:
    """A record that the new one may be, with the evidence in words. blocks: it holds the same document number."""

    person: Person
    blocks: bool
    words: list[str]


def _same_person(
    request: HttpRequest, form: RegistrationForm, home: Organisation, language: str
) -> list[Match]:
    """Records with the same document number; otherwise those the evidence speaks for, until confirmed to be others."""
    people = people_of(request, home).select_related("profile")
    wanted = form.cleaned_data
    if wanted["document_number"]:
        digests = number_digests(wanted["document_number"])
        held = people.filter(documents__digest__in=digests, documents__withdrawn_at=None).distinct()[
            :MATCHES_SHOWN
        ]
        if held:
            return [Match(person, True, []) for person in held]
    if wanted["confirmed"]:
        return []
    found = {item.person: item for item in candidates_for(home, form.known())[:MATCHES_SHOWN]}
    alike = Q(pk__in=list(found)) | (
        Q(name=wanted["name"]) if not wanted["document_number"] else Q(pk__in=[])
    )
    return [
        Match(person, False, words_of(found[person.pk].signs, language) if person.pk in found else [])
        for person in people.filter(alike)[:MATCHES_SHOWN]
    ]


@transaction.atomic
def _register(request: HttpRequest, form: RegistrationForm, home: Organisation, scope: Scope) -> Person:
    wanted = form.cleaned_data
    source = Source.objects.create(
        kind=SourceKind.FORM, title=wanted["source"], organisation=scope.organisation, day=scope.as_of
    )
    number = wanted["document_number"]
    others = [item.person for item in candidates_for(home, form.known())] if wanted["confirmed"] else []
    person = register_person(
        home=home,
        name=wanted["name"],
        facts=form.facts(),
        documents=[DocumentDraft(wanted["document_kind"], number)] if number else [],
        source=source,
        by=user_of(request),
    )
    remember_apart(person=person, others=others, by=user_of(request), reason=gettext("登记时已核对"))
    return person


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
