"""Services put aside, to be asked for in one form (组合申请)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions import (
    drop_draft,
    save_draft,
)
from juxian.core.services.bundles import joined_form
from juxian.web.kit.access import for_roles
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.services import service_row
from juxian.web.portal.services.applying import PEOPLE
from juxian.web.portal.services.guides import may_hand_in, service_or_404
from juxian.web.portal.services.together import BASKET, MOST, basket_of


@for_roles(*PEOPLE)
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """What was put aside, to be asked for in one form."""
    scope = current_scope(request)
    home = Organisation.objects.get(code=scope.pack.root)
    chosen = [scope.pack.services[name] for name in basket_of(request, home)]
    others = [
        service
        for service in scope.pack.services.values()
        if service not in chosen and may_hand_in(service, scope.role == Role.EMPLOYER)
    ]
    services = [service for service in chosen if may_hand_in(service, scope.role == Role.EMPLOYER)]
    context = {
        "pack": scope.pack,
        "rows": [service_row(service, scope.language) for service in chosen],
        "others": [service_row(service, scope.language) for service in others],
        "asked": sum(len(section.questions) for section in joined_form(services)),
        "apart": sum(len(service.fields) for service in services),
        "full": len(chosen) >= MOST,
    }
    return render(request, "portal/services/basket.html", context)


@for_roles(*PEOPLE)
@require_POST
def basket_put(request: HttpRequest, service_id: str) -> HttpResponse:
    """Put a service into the basket, or take it out with ``take``."""
    scope = current_scope(request)
    service_or_404(scope.pack, service_id)
    home = Organisation.objects.get(code=scope.pack.root)
    chosen = [name for name in basket_of(request, home) if name != service_id]
    if "take" not in request.POST:
        if not may_hand_in(scope.pack.services[service_id], scope.role == Role.EMPLOYER):
            raise Http404
        if len(chosen) >= MOST:
            messages.warning(request, _("一次最多选择 %(most)d 个事项。") % {"most": MOST})
            return go(request, "portal:basket")
        chosen.append(service_id)
    user: Any = request.user
    if chosen:
        save_draft(user=user, home=home, service=BASKET, person=None, answers={"services": chosen})
    else:
        drop_draft(user=user, home=home, service=BASKET, person=None)
    return go(request, "portal:basket")
