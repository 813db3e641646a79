"""A roster to fill in (名册模板): the columns of the pack with lists to choose from, and the unit's people to confirm or correct."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.collectives.rules import may_manage
from juxian.apps.imports.queries import senders_for
from juxian.apps.imports.rules import may_hand_in
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to, standing_records
from juxian.apps.searches.actions import note_export
from juxian.core.facts.profile import FactRecord
from juxian.core.facts.schema import Field, Kind, Schema
from juxian.core.facts.values import show_value
from juxian.core.facts.wording import is_masked
from juxian.core.tables.headings import head_of
from juxian.core.tables.mapping import NAME, NUMBER, NUMBER_HEADERS, Vocabulary
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.imports.finding import SENDERS
from juxian.web.desk.imports.team_template import team_sheet
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import text_field
from juxian.web.kit.origin import address_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.sheets import Fillable, download, fillable_workbook
from juxian.web.kit.templatetags.kit import name_of

UNITS_LISTED = 500


class TemplateForm(ReasonForm):
    """For which unit, whether its people stand in it, and whether members of teams are to be filled in instead."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("报送单位"), queryset=Organisation.objects.none()
    )
    filled = forms.BooleanField(
        label=gettext_lazy("带出本单位现有人员，供核对更正"), required=False, initial=True
    )
    of_teams = forms.BooleanField(
        label=gettext_lazy("这是团队名册，每行一名成员"),
        required=False,
        help_text=gettext_lazy("不带出人员；团队名称可选现有团队，也可填写新团队"),
    )
    reason = text_field(gettext_lazy("用途"), 200, help_text=gettext_lazy("写入审计记录"))
    field_order = ("organisation", "filled", "of_teams", "reason")

    def __init__(self, *args: Any, senders: Any, keeps_teams: bool, **values: Any) -> None:
        super().__init__(*args, **values)
        if not keeps_teams:
            del self.fields["of_teams"]
        field: Any = self.fields["organisation"]
        field.queryset, field.label_from_instance = senders, name_of


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest) -> HttpResponse:
    """The workbook of one unit; each is an audit entry, since people stand in it."""
    scope, user = current_scope(request), user_of(request)
    senders = senders_for(user).filter(pack=scope.pack.code)
    form = TemplateForm(
        request.POST if request.method == "POST" else None,
        senders=senders,
        keeps_teams=bool(may_manage(user, home_of(scope))) and bool(scope.pack.collectives.kinds),
        initial={"organisation": scope.organisation.pk, "of_teams": request.GET.get("of") == "teams"},
    )
    if request.method == "POST" and form.is_valid():
        unit = form.cleaned_data["organisation"]
        may_hand_in(user, unit).or_refuse()
        of_teams = form.cleaned_data.get("of_teams", False)
        people = _people(request, unit) if form.cleaned_data["filled"] and not of_teams else []
        note_export(
            home=Organisation.objects.get(code=scope.pack.root),
            by=user,
            acting_as=f"{scope.role}@{scope.organisation.code}",
            address=address_of(request),
            reason=form.cleaned_data["reason"],
            detail={
                "what": "team_template" if of_teams else "template",
                "unit": unit.code,
                "persons": len(people),
            },
            people=[person.pk for person in people],
        )
        schema, names = scope.pack.schema, _names_of_units(unit)
        sheet = team_sheet(user, scope.pack, unit, names) if of_teams else _sheet(schema, names, people)
        return download(fillable_workbook(sheet), "xlsx", "teams" if of_teams else "roster")
    return render(request, "desk/imports/template.html", {"form": form}, status=422 if form.errors else 200)


def _people(request: HttpRequest, unit: Organisation) -> list[Person]:
    """Those who work in the unit or below it, by name."""
    codes = Organisation.objects.under(unit.path).values_list("code", flat=True)
    found = persons_visible_to(user_of(request)).filter(profile__employer__in=list(codes))
    return list(found.order_by("name_key", "pk")[: settings.JUXIAN_EXPORT_ROWS])


def _names_of_units(unit: Organisation) -> dict[str, str]:
    """Code → name of the employers among the unit and those below it."""
    units = Organisation.objects.under(unit.path).employers().order_by("path")
    return dict(units.values_list("code", "name")[:UNITS_LISTED])


def _sheet(schema: Schema, names: dict[str, str], people: list[Person]) -> Fillable:
    """Columns of what every record should hold; a document number is for new people alone and is never filled in.

    names: code → name of units.
    """
    words = Vocabulary(schema)
    columns = [(NAME, None), (NUMBER, None), *_columns(schema, words)]
    heads = {NAME: _("姓名"), NUMBER: NUMBER_HEADERS[0]}
    sheet = Fillable(
        _("名册"), [heads.get(target) or head_of(target, schema, words) for target, _f in columns]
    )
    for place, (target, field) in enumerate(columns):
        if target == NUMBER:
            sheet.hints[place] = _("新增人员填写；已有档案的留空，凭姓名和出生日期核对。")
        elif field is None:
            sheet.hints[place] = _("日期写作 2020-07-01。") if target.endswith(".since") else ""
        elif field.type.kind is Kind.DATE:
            sheet.hints[place] = _("日期写作 2020-07-01。")
        sheet.choices[place] = _choices(field, schema, names)
    records = standing_records(people)
    for person in people:
        newest = _newest(records[person.pk])
        cells = [person.name, ""]
        sheet.rows.append(
            cells + [_cell(newest, target, field, schema, names) for target, field in columns[2:]]
        )
    return sheet


def _columns(schema: Schema, words: Vocabulary) -> Iterable[tuple[str, Field | None]]:
    """(target, field) of the fields that are wanted; the beginning of a kind stands after its last field."""
    kinds = list(dict.fromkeys(item.kind for item in schema.wanted))
    for kind in kinds:
        for item in schema.wanted:
            target = f"{kind}.{item.field}"
            if item.kind == kind and target != NAME:
                yield target, schema.kinds[kind].fields[item.field]
        if head_of(f"{kind}.since", schema, words):
            yield f"{kind}.since", None


def _choices(field: Field | None, schema: Schema, units: dict[str, str]) -> list[str]:
    if field is None:
        return []
    match field.type.kind:
        case Kind.LEVEL:
            return [level.title.zh for level in schema.scale_of(field.type).levels.values()]
        case Kind.BOOLEAN:
            return [show_value(value, field.type, schema, "zh") for value in (True, False)]
        case Kind.ORGANISATION:
            return list(units.values())
    return []


def _newest(records: list[FactRecord]) -> dict[str, FactRecord]:
    found: dict[str, FactRecord] = {}
    for record in sorted(records, key=lambda item: (item.since, item.id or 0)):
        found[record.kind] = record
    return found


def _cell(
    newest: dict[str, FactRecord], target: str, field: Field | None, schema: Schema, units: dict[str, str]
) -> str:
    """As it stands; what is sensitive or shown masked is left empty."""
    code, _dot, name = target.partition(".")
    record = newest.get(code)
    if record is None:
        return ""
    if field is None:
        return record.since.isoformat() if record.since.year > 1900 else ""
    value = record.value.get(name)
    if value is None or field.sensitive or is_masked(field):
        return ""
    if field.type.kind is Kind.ORGANISATION:
        return units.get(value, "")
    return show_value(value, field.type, schema, "zh")
