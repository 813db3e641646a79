"""One pair side by side (并排核对), decided with two keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.linking.actions import CannotMerge, NeedsReason, decide_pair
from juxian.apps.linking.enums import Verdict
from juxian.apps.linking.models import Pair
from juxian.apps.linking.queries import next_waiting, pairs_visible_to
from juxian.apps.linking.rules import may_decide
from juxian.apps.persons.models import Fact, IdentityDocument, Person
from juxian.core.facts.schema import Schema
from juxian.core.facts.values import show_value
from juxian.core.identity.masking import mask_phone
from juxian.web.desk.forms import text_field
from juxian.web.desk.linking.queue import pair_row
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import names_of
from juxian.web.kit.formats import listed
from juxian.web.kit.responses import go
from juxian.web.kit.rows import has_profile
from juxian.web.kit.scope import Scope, current_scope

FIELDS = (
    "gender",
    "birth_date",
    "employer",
    "position",
    "degree",
    "title_level",
    "talent_level",
    "introduced_on",
)
CONTACTS = ("phone", "email")
FACTS_READ = 400  # of two records together


class VerdictForm(forms.Form):
    """verdict: the button that was pressed. reason: needed where a hard sign stands against merging."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    reason = text_field(
        gettext_lazy("理由"), 200, required=False, help_text=gettext_lazy("有反证仍合并时必填，写入审计记录")
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records. tone: ok equal, bad different, empty where one side is unknown."""

    title: str
    left: str
    right: str
    tone: str
    mark: str


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Same: merged into the older record. Different: remembered. Then the next pair of the class."""
    scope = current_scope(request)
    pairs = pairs_visible_to(user_of(request)).filter(home=home_of(scope))
    found = get_object_or_404(pairs, pk=pk)
    allowed = may_decide(user_of(request), found)
    form = VerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        allowed.or_refuse()
        answer = _decide(request, found, form) if form.is_valid() else None
        if answer:
            return answer
    context = {
        "row": pair_row(found, scope.language),
        "lines": lines_of(found.left, found.right, scope),
        "form": form,
        "may_decide": allowed,
        "next": next_waiting(found),
    }
    return render(request, "desk/linking/pair.html", context, status=422 if form.errors else 200)


def _decide(request: HttpRequest, found: Pair, form: VerdictForm) -> HttpResponse | None:
    following = next_waiting(found)
    verdict, reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    try:
        decide_pair(pair=found, verdict=verdict, by=user_of(request), reason=reason)
    except (NeedsReason, CannotMerge) as refused:
        form.add_error("reason", str(refused))
        return None
    same = verdict == Verdict.SAME
    messages.success(request, _("已合并，可随时拆分。") if same else _("已记为不是同一人，今后不再询问。"))
    return go(request, "desk:linking-pair", following.pk) if following else go(request, "desk:linking")


def lines_of(left: Person, right: Person, scope: Scope) -> list[Line]:
    """Both records field by field, in a number of queries that does not grow with their facts."""
    people = (left, right)
    schema, language = scope.pack.schema, scope.language
    profiles = [dict(person.profile.values) if has_profile(person) else {} for person in people]
    names = names_of({str(profile["employer"]) for profile in profiles if profile.get("employer")}, language)
    lines = [_line(_("姓名"), [person.name for person in people]), _documents(people)]
    for name in FIELDS:
        if name in schema.profile:
            values = [_shown(profile, name, schema, language, names) for profile in profiles]
            lines.append(_line(schema.profile[name].title.in_language(language), values))
    lines += _from_facts(people, schema, language)
    lines.append(Line(_("人才编号"), left.number, right.number, "", ""))
    return [line for line in lines if line.left or line.right]


def _shown(profile: dict[str, Any], name: str, schema: Schema, language: str, names: dict[str, str]) -> str:
    value = profile.get(name)
    if value is None:
        return ""
    if name == "employer":
        return names.get(value, str(value))
    return show_value(value, schema.profile[name].type, schema, language)


def _documents(people: Sequence[Person]) -> Line:
    """Numbers stay masked; whether they are equal is told by their digests."""
    rows = IdentityDocument.objects.filter(person__in=people, withdrawn_at=None).order_by("pk")
    found: dict[int, list[tuple[str, str]]] = {person.pk: [] for person in people}
    for row in rows:
        found[row.person_id].append((row.digest, f"{row.get_kind_display()} {row.masked}"))
    sides = [found[person.pk] for person in people]
    texts = [listed(text for _digest, text in side) for side in sides]
    common = {digest for digest, _text in sides[0]} & {digest for digest, _text in sides[1]}
    if not (sides[0] and sides[1]):
        return Line(_("证件"), texts[0], texts[1], "", "")
    return Line(_("证件"), texts[0], texts[1], *_verdict(bool(common)))


def _from_facts(people: Sequence[Person], schema: Schema, language: str) -> list[Line]:
    """Contacts masked, schools, and where each record came from."""
    facts = list(
        Fact.objects.standing()
        .filter(person__in=people)
        .select_related("source")
        .order_by("-since", "-pk")[:FACTS_READ]
    )
    lines = []
    for name in CONTACTS:
        values = [_every(facts, person, "contact", name) for person in people]
        title = schema.kinds["contact"].fields[name].title.in_language(language)
        lines.append(_compared(title, values, mask=True))
    schools = [_every(facts, person, "education", "school") for person in people]
    lines.append(_compared(schema.kinds["education"].fields["school"].title.in_language(language), schools))
    sources = [
        listed(dict.fromkeys(f.source.title for f in facts if f.person_id == person.pk)) for person in people
    ]
    return [*lines, Line(_("来源"), sources[0], sources[1], "", "")]


def _every(facts: Sequence[Fact], person: Person, kind: str, name: str) -> list[str]:
    found = (fact.value.get(name) for fact in facts if fact.person_id == person.pk and fact.kind == kind)
    return list(dict.fromkeys(str(value) for value in found if value))


def _compared(title: str, values: Sequence[list[str]], *, mask: bool = False) -> Line:
    texts = [listed(_masked(value) if mask else value for value in side) for side in values]
    if not (values[0] and values[1]):
        return Line(title, texts[0], texts[1], "", "")
    return Line(title, texts[0], texts[1], *_verdict(bool(set(values[0]) & set(values[1]))))


def _masked(value: str) -> str:
    head, at, tail = value.partition("@")
    return f"{head[:1]}***{at}{tail}" if at else mask_phone(value)


def _line(title: str, values: Sequence[str]) -> Line:
    tone = _verdict(values[0] == values[1]) if values[0] and values[1] else ("", "")
    return Line(title, values[0], values[1], *tone)


def _verdict(equal: bool) -> tuple[str, str]:
    return ("ok", _("相同")) if equal else ("bad", _("不同"))
