"""Needs that are alike (诉求归类): by service, category and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from juxian.apps.services.models import Case
from juxian.core.facts.schema import Kind
from juxian.core.packs.schema import Pack
from juxian.core.services import Service
from juxian.core.services.definition import FormField
from juxian.core.services.likeness import grouped

TOPIC = "voice"  # services by which people say what they need


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cases of one service and category (its code, or empty) whose words are alike; the first gives the words."""

    service: Service
    category: str
    words: str
    cases: Sequence[Case]

    @property
    def open(self) -> int:
        return sum(not case.ended for case in self.cases)


def services_of_needs(pack: Pack) -> list[Service]:
    """What the place offers to say a need."""
    shelf = pack.services
    return [found for found in (shelf[name] for name in shelf) if found.topic == TOPIC]


def clusters_of(cases: QuerySet[Case], pack: Pack, most: int) -> list[Cluster]:
    """The newest ``most`` of ``cases`` in groups, the largest first; one query."""
    services = {found.id: found for found in services_of_needs(pack)}
    newest = list(cases.filter(service__in=services).order_by("-pk")[:most])
    apart: dict[tuple[str, str], list[tuple[Case, str]]] = defaultdict(list)
    for case in reversed(newest):  # the first that said it gives the words
        answers = case.data.get("answers", {})
        service = services[case.service]
        apart[case.service, _category(service, answers)].append((case, _words(service, answers)))
    found = [
        Cluster(services[service], category, rows[group[0]][1], [rows[place][0] for place in group])
        for (service, category), rows in apart.items()
        for group in grouped([words for _case, words in rows], synonyms=pack.synonyms)
    ]
    return sorted(found, key=lambda cluster: (-len(cluster.cases), cluster.cases[0].pk))


def category_field(service: Service) -> FormField | None:
    """The first field with levels to choose from, or None."""
    return next((item for item in service.fields.values() if item.type.kind is Kind.LEVEL), None)


def _category(service: Service, answers: dict[str, Any]) -> str:
    field = category_field(service)
    value = answers.get(field.name) if field else None
    return value if isinstance(value, str) else ""


def _words(service: Service, answers: dict[str, Any]) -> str:
    """What was written freely: texts that are neither sensitive nor known to the register nor of a format."""
    texts = [
        answers.get(item.name)
        for item in service.fields.values()
        if item.type.kind is Kind.TEXT and not (item.sensitive or item.prefill or item.format)
    ]
    return " ".join(text for text in texts if isinstance(text, str))
