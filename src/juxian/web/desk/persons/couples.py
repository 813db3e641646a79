"""Who is whose spouse: recorded and ended by the office (登记配偶)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.grants import end_couple, record_couple
from juxian.apps.funds.queries.grants import couple_of, living
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.persons.rules import may_record_facts
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.housing.households import SpouseForm
from juxian.web.desk.scope import find_person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go


class CoupleForm(SpouseForm):
    """since: of the marriage, where it is known."""

    since = day_field(gettext_lazy("起始日"), required=False)


class EndForm(forms.Form):
    """From which day on they are no couple, and what proves it."""

    until = day_field(gettext_lazy("终止日"))
    evidence = text_field(gettext_lazy("凭据"), 200, help_text=gettext_lazy("如离婚证号；写入审计记录"))


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def spouse(request: HttpRequest, number: str) -> HttpResponse:
    """Record the spouse of a person, or the end of it; one of the two is possible at a time."""
    person, user = find_person(request, number), user_of(request)
    may_record_facts(user, person).or_refuse()
    couple = couple_of(person)
    data = request.POST if request.method == "POST" else None
    form = EndForm(data) if couple else CoupleForm(data, user=user)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            if couple:
                end_couple(person=person, day=given["until"], by=user, evidence=given["evidence"])
            else:
                record_couple(
                    first=person,
                    second=given["number"],
                    by=user,
                    evidence=given["evidence"],
                    since=given["since"],
                )
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已终止夫妻登记。") if couple else _("已登记配偶。"))
            return go(request, "desk:person", number=person.number)
    other = living(couple.second if couple.first_id == person.pk else couple.first) if couple else None
    seen = other is not None and persons_visible_to(user).filter(pk=other.pk).exists()
    context = {"person": person, "couple": couple, "spouse": other if seen else None, "form": form}
    return render(request, "desk/persons/spouse.html", context, status=422 if form.errors else 200)
