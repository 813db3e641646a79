"""The register list (人才库), and finding one person by a document number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import number_digests
from juxian.apps.persons.rules import may_register
from juxian.web.desk.persons.filtering import RegisterFilter
from juxian.web.desk.persons.paging import Page, page_of, total_of
from juxian.web.desk.scope import employers_of, home_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.rows import rows_of
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import seeks, sought

LONGEST_NUMBER = 16
PLACE_PARAMETERS = ("after", "before", "page")


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
@seeks
def persons(request: HttpRequest) -> HttpResponse:
    """The list; a condition that cannot be read is shown at its place with status 422."""
    scope = current_scope(request)
    home = home_of(scope)
    form = RegisterFilter(sought(request), scope=scope, home=home)
    context: dict[str, Any] = {
        "form": form,
        "employers": employers_of(home, scope.language),
        "may_register": may_register(user_of(request), home),
    }
    if form.is_valid() and settings.JUXIAN_SEARCH_FIRST and not form.chips(""):
        context["unasked"] = True  # no list of people before somebody says whom they look for
    elif form.is_valid():
        context |= _found(request, form, scope, home, dict(context["employers"]))
    response = render_part(
        request, "desk/persons/list.html#list", context, status=200 if form.is_valid() else 422
    )
    refused = {"q": ""} if "q" in form.errors else {}  # a number typed there is not kept in the history
    response["HX-Push-Url"] = _address(request, refused)  # nor are the fields that were left empty
    return response


@for_roles(Role.OFFICE)
@require_POST
def find_by_number(request: HttpRequest) -> HttpResponse:
    """Open the record with a document number; posted, so that the number stands in no address. Audited."""
    scope = current_scope(request)
    home = home_of(scope)
    digests = number_digests(request.POST.get("document_number", "")[:64])
    people = people_of(request, home).filter(documents__digest__in=digests, documents__withdrawn_at=None)
    person = people.order_by("pk").first()
    record(
        "persons.searched_by_number",
        actor=user_of(request),
        subject=person,
        organisation_path=home.path,
        detail={"digest": digests[0], "found": person is not None},
    )
    if person:
        return go(request, "desk:person", number=person.number)
    messages.warning(request, _("没有找到这个证件号码的档案。请核对号码，或登记新人才。"))
    return go(request, "desk:persons")


def _found(
    request: HttpRequest, form: RegisterFilter, scope: Scope, home: Organisation, employers: dict[str, str]
) -> dict[str, Any]:
    found = form.narrow(people_of(request, home))
    people = found.people.select_related("profile")
    after, before = (_number(request, name) for name in ("after", "before"))
    page = page_of(people, form.order, form.size_wanted, after, before, found.record)
    steps = _steps(request, page, form.size_wanted)
    return {
        "total": total_of(found, steps["last"]),
        "rows": rows_of(page.rows, scope.pack.schema, scope.language),
        "chips": [
            (chip, _address(request, dict.fromkeys((*chip.names, *PLACE_PARAMETERS), "")))
            for chip in form.chips(employers.get(form.cleaned_data["employer"], ""))
        ],
        "kept_query": _address(request, dict.fromkeys((*PLACE_PARAMETERS, "size"), "")).partition("?")[2],
        **steps,
    }


def _number(request: HttpRequest, name: str) -> str:
    """The number of a person in a parameter; empty when it is none."""
    number = request.GET.get(name, "")
    return number if number.isascii() and number.isalnum() and len(number) <= LONGEST_NUMBER else ""


def _steps(request: HttpRequest, page: Page, size: int) -> dict[str, Any]:
    """Addresses of the pages before and after, and which rows these are; the number of a page only counts along."""
    given = request.GET.get("page", "")
    number = (
        min(int(given), 10**6)
        if given.isascii() and given.isdigit() and len(given) < 8 and page.has_previous
        else 1
    )
    number = max(1, number)
    first = (number - 1) * size + 1
    steps: dict[str, Any] = {"first": first, "last": first + len(page.rows) - 1, "previous": "", "next": ""}
    if page.rows and page.has_next:
        steps["next"] = _address(
            request, {"after": page.rows[-1].number, "before": "", "page": str(number + 1)}
        )
    if page.rows and page.has_previous:
        back = {"after": "", "before": page.rows[0].number, "page": str(number - 1)}
        steps["previous"] = _address(request, back if number > 2 else dict.fromkeys(PLACE_PARAMETERS, ""))
    return steps


def _address(request: HttpRequest, changes: dict[str, str]) -> str:
    """This list with some parameters changed; an empty value takes one away."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    for name in [name for name, value in query.items() if not value]:
        query.pop(name)
    return reverse("desk:persons") + (f"?{query.urlencode()}" if query else "")
