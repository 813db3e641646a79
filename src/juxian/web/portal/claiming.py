"""From a benefit to the service that asks for it (从待遇到申领)."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.persons.models import Person
from juxian.apps.services.models import Case
from juxian.core.packs.schema import Pack
from juxian.core.policy.document import Benefit
from juxian.core.services import Relation, Role, Service
from juxian.web.kit.entitling import Claim

NOWHERE = ("", "")
BY_ITSELF = "no_application"  # delivery of a benefit that nobody has to ask for


def claiming_services(pack: Pack) -> dict[str, Service]:
    """Benefit → the first service with which a person asks for it."""
    found: dict[str, Service] = {}
    for service in pack.services.values():
        if service.audience and _is_for_persons(service):
            for benefit in service.benefits:
                found.setdefault(benefit, service)
    return found


def claims_of(person: Person, pack: Pack, language: str) -> Claim:
    """Where this person asks for a benefit: the form, or the case that is under way."""
    services = claiming_services(pack)
    running = dict(
        Case.objects.running().filter(person=person).order_by("pk").values_list("service", "number")
    )

    def claim(benefit: Benefit) -> tuple[str, str]:
        service = services.get(benefit.id)
        if service is None or benefit.delivery == BY_ITSELF:
            return NOWHERE
        number = running.get(service.id)
        if number:
            return reverse("portal:case", args=[number]), _("办理中：%(number)s") % {"number": number}
        title = service.title.in_language(language)
        return reverse("portal:apply", args=[service.id]), _("去申领：%(title)s") % {"title": title}

    return claim


def guides_of(pack: Pack, language: str) -> Claim:
    """Where a visitor reads how a benefit is asked for."""
    services: Mapping[str, Service] = claiming_services(pack)

    def claim(benefit: Benefit) -> tuple[str, str]:
        service = services.get(benefit.id)
        if service is None or benefit.delivery == BY_ITSELF:
            return NOWHERE
        title = service.title.in_language(language)
        return reverse("portal:service", args=[pack.code, service.id]), _("怎么申领：%(title)s") % {
            "title": title
        }

    return claim


def _is_for_persons(service: Service) -> bool:
    return any(
        (party.role, party.relation) == (Role.PERSON, Relation.APPLICANT)
        for post in service.first.posts
        for party in post.who
    )
