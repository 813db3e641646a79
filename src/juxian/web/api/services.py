"""Services for other systems (事项接口): what is asked, what is handed in, which steps follow, how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from juxian.apps.tokens.enums import Scope
from juxian.core.facts.schema import Schema
from juxian.core.policy import Expression
from juxian.core.services import Party, Service
from juxian.core.services.definition import FormField, Limit, Material, Post, Step
from juxian.core.text import Text
from juxian.core.workdays import Period
from juxian.web.api.base import caller, needs

router = Router(tags=["services"])


@router.get("/services", auth=needs(Scope.SERVICES_READ), url_name="services", response=dict[str, Any])
def list_services(request: HttpRequest) -> dict[str, Any]:
    """Every service of the place, in short; ``digest`` tells versions apart."""
    pack = caller(request).pack
    return {"place": pack.code, "services": [_short(pack.services[name]) for name in pack.services]}


@router.get(
    "/services/{service_id}", auth=needs(Scope.SERVICES_READ), url_name="service", response=dict[str, Any]
)
def read_service(request: HttpRequest, service_id: str) -> dict[str, Any]:
    """One definition as it holds now: form, materials, steps, ends; words in both languages, conditions as written."""
    pack = caller(request).pack
    if service_id not in pack.services:
        raise Http404
    service = pack.services[service_id]
    return _short(service) | {
        "who": _written(service.who),
        "deadline": _limit(service.limit),
        "cut_off": service.cut_off.strftime("%H:%M") if service.cut_off else None,
        "form": [
            {
                "section": both(section.title),
                "fields": [_field(item, service.schema) for item in section.fields],
            }
            for section in service.sections
        ],
        "musts": [
            {"condition": must.condition.text, "message": both(must.message)} for must in service.musts
        ],
        "materials": [_material(item) for item in service.materials.values()],
        "steps": [_step(step) for step in service.steps.values()],
        "ends": [
            {"state": end.id, "title": both(end.title), "result": end.result.value}
            for end in service.ends.values()
        ],
        "supplement": _period(service.supplement.period) | {"times": service.supplement.times}
        if service.supplement
        else None,
        "withdrawal": list(service.withdrawal.states) if service.withdrawal else [],
    }


def both(text: Text) -> dict[str, str]:
    """Words in both languages."""
    return {"zh": text.zh, "en": text.in_language("en")}


def _short(service: Service) -> dict[str, Any]:
    return {
        "service": service.id,
        "digest": service.digest,
        "title": both(service.title),
        "summary": both(service.summary),
        "audience": list(service.audience),
        "topic": service.topic or None,
        "basis": service.basis or None,
    }


def _written(condition: Expression | None) -> str | None:
    return condition.text if condition else None


def _period(period: Period) -> dict[str, Any]:
    return {
        "days": period.days,
        "unit": period.unit.value,
        "counts_first_day": period.counts_first_day,
        "rolls": period.rolls,
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return _period(limit.period) | {"late": limit.late} if limit else None


def _field(item: FormField, schema: Schema) -> dict[str, Any]:
    levels = schema.scales[item.type.scale].levels.values() if item.type.scale else ()
    return {
        "field": item.name,
        "title": both(item.title),
        "help": both(item.help),
        "type": item.type.kind.value,
        "choices": [{"value": level.code, "title": both(level.title)} for level in levels],
        "required": item.required,
        "required_if": _written(item.required_if),
        "shown_if": _written(item.shown_if),
        "format": item.format or None,
        "sensitive": item.sensitive,
        "long": item.long,
    }


def _material(item: Material) -> dict[str, Any]:
    return {
        "material": item.name,
        "title": both(item.title),
        "help": both(item.help),
        "required": item.required,
        "required_if": _written(item.required_if),
        "evidence": item.evidence or None,
        "formats": list(item.formats),
        "max_mb": item.max_mb,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "state": step.id,
        "kind": step.kind.value,
        "title": both(step.title),
        "join": step.join.value if len(step.posts) > 1 else None,
        "posts": [_post(post) for post in step.posts],
        "actions": [
            {
                "action": move.action,
                "title": both(move.title),
                "reason": move.reason,
                "to": list(dict.fromkeys(route.to for route in move.routes)),
            }
            for move in step.moves.values()
        ],
    }


def _post(post: Post) -> dict[str, Any]:
    return {
        "task": post.key,
        "title": both(post.title),
        "who": _parties(post.who),
        "deadline": _limit(post.limit),
        "second_person": post.second_person,
        "only_if": _written(post.only_if),
    }


def _parties(parties: Sequence[Party]) -> list[dict[str, str]]:
    return [{"role": party.role.value, "place": party.place} for party in parties]
