"""The published guides of services, made from their definitions (办事指南)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from juxian.core.packs.schema import Pack
from juxian.core.services import Relation, Service
from juxian.core.services import Role as Part
from juxian.web.kit.access import public
from juxian.web.kit.formats import language
from juxian.web.kit.scope import current_scope
from juxian.web.kit.services import AUDIENCES, TOPIC_ICONS, bundle_rows, catalogue, guide
from juxian.web.portal.places import place_or_404


@public
@require_safe
def services_here(request: HttpRequest) -> HttpResponse:
    """The services of the place that the visitor looks at."""
    return redirect("portal:services", pack=current_scope(request).pack.code)


@public
@require_safe
def services(request: HttpRequest, pack: str) -> HttpResponse:
    """All services by topic; ``for`` narrows them to an audience, ``q`` to words of title and summary."""
    place, words = place_or_404(pack), language()
    audience, query = request.GET.get("for", ""), request.GET.get("q", "").strip()
    offered = [service for service in place.services.values() if _is_found(service, audience, query)]
    bundles = [bundle for bundle in place.bundles.values() if audience in ("", *bundle.audience)]
    context = {
        "pack": place,
        "topics": [
            (title, TOPIC_ICONS.get(code, "file-text"), rows)
            for code, title, rows in catalogue(offered, words)
        ],
        "bundles": [] if query else bundle_rows(bundles, place, words),
        "audiences": AUDIENCES.items(),
        "audience": audience,
        "query": query,
        "count": sum(1 for service in place.services.values() if service.audience),
    }
    return render(request, "portal/services/services.html", context)


@public
@require_safe
def service(request: HttpRequest, pack: str, service_id: str) -> HttpResponse:
    place = place_or_404(pack)
    found, scope = service_or_404(place, service_id), current_scope(request)
    context = {
        "pack": place,
        "guide": guide(found, place, language()),
        "may_apply": scope.pack.code == place.code and _may_apply(found, scope.role),
        "may_ask": scope.role not in ("person", "employer") and "public" in found.audience,
        "may_put": scope.pack.code == place.code
        and scope.role in ("person", "employer")
        and may_hand_in(found, scope.role == "employer"),
    }
    return render(request, "portal/services/service.html", context)


def _may_apply(service: Service, role: str) -> bool:
    """Whether somebody in this role, or a visitor who signs in first, may hand it in."""
    roles = {party.role for post in service.first.posts for party in post.who}
    return (role in ("", "person") and Part.PERSON in roles) or (
        role == "employer" and Part.EMPLOYER in roles
    )


def may_hand_in(service: Service, employer: bool) -> bool:
    """Whether the person, or an employer for one of its people, begins this service."""
    wanted = (Part.EMPLOYER, Relation.EMPLOYER) if employer else (Part.PERSON, Relation.APPLICANT)
    parties = {(party.role, party.relation) for post in service.first.posts for party in post.who}
    return bool(service.audience) and wanted in parties


def service_or_404(pack: Pack, service_id: str) -> Service:
    """A service that the place offers to somebody outside the office."""
    if service_id not in pack.services or not pack.services[service_id].audience:
        raise Http404
    return pack.services[service_id]


def _is_found(service: Service, audience: str, query: str) -> bool:
    texts = (service.title.zh, service.title.en, service.summary.zh, service.summary.en)
    wanted = query.casefold()
    return audience in ("", *service.audience) and any(wanted in (text or "").casefold() for text in texts)
