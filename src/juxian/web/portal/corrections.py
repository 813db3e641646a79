"""Seeing, correcting and confirming what the register holds, for a person and for the present employer (更正与确认)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.corrections.actions import (
    NotPossible,
    Proposal,
    confirm_record,
    propose_correction,
    take_back_correction,
)
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.queries import last_confirmed, proposed_by
from juxian.apps.corrections.rules import PURPOSE, employer_of, may_propose
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.queries import completeness_of, persons_visible_to
from juxian.core.facts.schema import FactKind, Schema
from juxian.core.packs.schema import Pack
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.corrections import told
from juxian.web.kit.dossier import ToAsk, events_of, names_of, organisations_named, to_ask
from juxian.web.kit.factforms import PREFIX, FactForm, as_typed, employers_of
from juxian.web.kit.fields import text_field
from juxian.web.kit.once import once
from juxian.web.kit.openings import note_opening
from juxian.web.kit.paging import is_key
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.uploads import AttachmentField, checks_files, kept_file

PAGE_SIZE = 20
PEOPLE = (Role.PERSON, Role.EMPLOYER)


class CorrectionForm(FactForm):
    """The fields of the kind as they should be, the paper, and a word to the office."""

    def __init__(self, data: Any, files: Any, *, about: Fact | None, **values: Any) -> None:
        super().__init__(data, **values)
        self.files = files or MultiValueDict()
        del self.fields["source"]
        self.fields["evidence"].required = False
        self.fields["file"] = AttachmentField(label=_("证明材料"), required=False)
        self.fields["reason"] = text_field(_("说明"), 200, help_text=_("哪里不对，依据是什么"))
        if about is not None:
            self.fields["wrong"] = forms.BooleanField(
                label=_("这条不属实，请撤销（不用填写上面的内容）"), required=False
            )
            self.initial.update(
                {
                    PREFIX + name: as_typed(value, self.kind.fields[name])
                    for name, value in about.value.items()
                    if name in self.kind.fields
                }
            )
            self.initial.update(since=about.since, until=about.until)

    def clean(self) -> dict[str, Any]:
        """A statement that is only to go needs no fields."""
        wanted = self.cleaned_data.get("wrong")
        cleaned = super().clean()
        if wanted:
            for name in [name for name in self.errors if name not in ("reason", "file")]:
                del self.errors[name]
            cleaned["value"] = {}
        return cleaned

    def proposal(self, about: Fact | None) -> Proposal:
        """What is proposed; call when valid."""
        wanted = self.cleaned_data
        return Proposal(
            kind=self.kind.code,
            value=wanted["value"],
            since=wanted.get("since"),
            until=wanted.get("until"),
            evidence=wanted.get("evidence", ""),
            about=about,
        )


@for_roles(*PEOPLE)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What was proposed, and what became of it."""
    scope = current_scope(request)
    page = Paginator(proposed_by(user_of(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": told(list(page), scope.pack.schema, scope.language)}
    return render(request, "portal/corrections.html", context)


@for_roles(Role.EMPLOYER)
@require_safe
def record(request: HttpRequest, number: str) -> HttpResponse:
    """One of the unit's own people: the statements, each of which can be corrected."""
    person = _person(request, number)
    return render(request, "portal/record.html", record_of(request, person))


@for_roles(*PEOPLE)
@require_safe
def kinds(request: HttpRequest, number: str) -> HttpResponse:
    """Which kind of statement is missing."""
    person = _person(request, number)
    context = {"person": person, "kinds": pack_of(person.home).schema.kinds.values()}
    return render(request, "portal/correction_kinds.html", context)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def correct(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Propose a statement, in the place of ``?fact=`` or as a new one."""
    scope, person = current_scope(request), _person(request, number)
    pack = pack_of(person.home)
    known = _known(pack, kind)
    about = _about(request, person, kind, pack.schema)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        about=about,
        kind=known,
        schema=pack.schema,
        language=scope.language,
        employers=employers_of(person.home, scope.language),
        as_of=scope.as_of,
    )
    if request.method == "POST" and form.is_valid():
        file = kept_file(request, form, "file", home=person.home, purpose=PURPOSE)
        if not form.errors:
            try:
                propose_correction(
                    person=person,
                    proposal=form.proposal(about),
                    by=user_of(request),
                    employer=_unit(request, person),
                    file=file,
                    reason=form.cleaned_data["reason"],
                )
            except NotPossible as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, gettext("已提交人才办核对，结果会通知您。"))
                return go(request, "portal:corrections")
    context = {"person": person, "kind": known, "form": form, "about": about}
    return render(request, "portal/correct.html", context, status=422 if form.errors else 200)


@for_roles(*PEOPLE)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what nobody has decided about yet."""
    found = get_object_or_404(proposed_by(user_of(request)), pk=pk)
    try:
        take_back_correction(correction=found, by=user_of(request))
    except NotPossible as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, gettext("已撤回。"))
    return go(request, "portal:corrections")


@for_roles(*PEOPLE)
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Say that the record is right."""
    person = _person(request, number)
    unit = _unit(request, person)
    confirm_record(
        person=person,
        by=user_of(request),
        employer=unit,
    )
    messages.success(request, gettext("已确认，谢谢。"))
    return go(request, "portal:record", person.number) if unit else go(request, "portal:me")


def record_of(request: HttpRequest, person: Person) -> dict[str, Any]:
    """The statements of a record, what is under way, and when it was last confirmed."""
    scope, pack = current_scope(request), pack_of(person.home)
    facts = [
        fact
        for fact in person.facts.standing().select_related("source")
        if _open_to(request, person, fact, pack.schema)
    ]
    names = names_of(organisations_named(facts, pack.schema), scope.language, pack)
    running = set(
        person.corrections.filter(state=State.OPEN, about__isnull=False).values_list("about_id", flat=True)
    )
    return {
        "person": person,
        "events": events_of(facts, pack.schema, scope.language, names, scope.as_of),
        "running": running,
        "confirmed_on": last_confirmed(person),
        "to_ask": _to_ask(request, person, scope, pack.schema),
    }


def _to_ask(request: HttpRequest, person: Person, scope: Scope, schema: Schema) -> list[ToAsk]:
    """What the record should hold and does not; the employer is not asked for what the employer may not see."""
    held = completeness_of(person, person.facts.standing().select_related("source"), schema, scope.as_of)
    if user_of(request).person_id != person.pk:
        seen = [gap for gap in held.gaps if not schema.kinds[gap.kind].fields[gap.field].sensitive]
        held = replace(held, gaps=tuple(seen))
    return to_ask(held, schema, scope.language)


def _unit(request: HttpRequest, person: Person) -> Organisation | None:
    """The employer for whom the user speaks; None when it is the user's own record."""
    if user_of(request).person_id == person.pk:
        return None
    return employer_of(user_of(request), person)


def _person(request: HttpRequest, number: str) -> Person:
    people = persons_visible_to(user_of(request)).select_related("home", "profile")
    person = get_object_or_404(people, number=number)
    may_propose(user_of(request), person).or_refuse()
    note_opening(request, person)
    return person


def _open_to(request: HttpRequest, person: Person, fact: Fact, schema: Schema) -> bool:
    """A person sees everything; the employer no statement that holds a sensitive value (pay elsewhere, home, party)."""
    if user_of(request).person_id == person.pk:
        return True
    kind = schema.kinds.get(fact.kind)
    return kind is not None and not any(
        field.sensitive and field.name in fact.value for field in kind.fields.values()
    )


def _known(pack: Pack, kind: str) -> FactKind:
    if kind not in pack.schema.kinds:
        raise Http404
    return pack.schema.kinds[kind]


def _about(request: HttpRequest, person: Person, kind: str, schema: Schema) -> Fact | None:
    given = request.GET.get("fact", "")
    if not given:
        return None
    if not is_key(given):
        raise Http404
    fact = get_object_or_404(person.facts.standing(), pk=int(given), kind=kind)
    if not _open_to(request, person, fact, schema):
        raise Http404
    return fact
