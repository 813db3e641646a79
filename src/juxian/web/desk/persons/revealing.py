"""Reading one masked value in full (查看完整号码): a POST with a reason, recorded, and not too often."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.apps.persons.models import Person
from juxian.apps.persons.rules import may_reveal
from juxian.core.facts.wording import is_masked
from juxian.core.secrecy import unseal
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.persons import page
from juxian.web.desk.scope import find_person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.errors import too_many
from juxian.web.kit.paging import is_key
from juxian.web.kit.scope import Scope, current_scope

ACTION = "persons.value_revealed"
HOURLY_LIMIT = 60


@for_roles(Role.OFFICE)
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    scope = current_scope(request)
    person = find_person(request, number)
    may_reveal(user_of(request), person).or_refuse()
    if _revealed_this_hour(request) >= HOURLY_LIMIT:
        return too_many(request, _("一小时内查看的号码太多，请稍后再试。"))
    key = request.POST.get("key", "")[:80]
    form = ReasonForm(request.POST)
    value = _value(person, key, scope)
    if not form.is_valid():
        return page.show(request, person, scope.as_of, refused=(key, form))
    with transaction.atomic():
        record(
            ACTION,
            actor=user_of(request),
            subject=person,
            organisation_path=person.home.path,
            acting_as=f"{scope.role}@{scope.organisation.code}",
            detail={"value": key},
            reason=form.cleaned_data["reason"],
        )
    return page.show(request, person, scope.as_of, revealed={key: value})


def _revealed_this_hour(request: HttpRequest) -> int:
    since = now() - timedelta(hours=1)
    return AuditEntry.objects.filter(action=ACTION, actor=request.user.pk, at__gte=since).count()


def _value(person: Person, key: str, scope: Scope) -> str:
    """The full value of a key that the page has shown; 404 for any other."""
    kind, _dash, rest = key.partition("-")
    pk, _dash, field = rest.partition("-")
    if not is_key(pk):
        raise Http404
    if kind == "document":
        document = person.documents.filter(pk=int(pk), withdrawn_at=None).first()
        if document is None or field:
            raise Http404
        return unseal(bytes(document.sealed), settings.JUXIAN_KEYS)
    fact = person.facts.standing().filter(pk=int(pk)).first() if kind == "fact" else None
    known = (
        scope.pack.schema.kinds[fact.kind].fields.get(field)
        if fact and fact.kind in scope.pack.schema.kinds
        else None
    )
    if fact is None or known is None or not is_masked(known) or field not in fact.value:
        raise Http404
    return str(fact.value[field])
