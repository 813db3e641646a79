"""One form for several services (一件事、组合申请): what they share is asked once, and what one of them refuses is told there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from juxian.apps.organisations.models import Organisation
from juxian.core.services import Service, materials_needed
from juxian.core.services.answers import Need, shown_fields
from juxian.core.services.bundles import Question, WantedMaterial, joined_form, joined_materials
from juxian.core.services.definition import Material
from juxian.core.text import Text
from juxian.web.kit.serviceforms import FIELD, MATERIAL, ServiceForm, field_of, material_field, shown_value


class JointForm(ServiceForm):
    """known: by service, the canonical values of its fields. only: keys that may be changed.

    A question is asked when one of its services shows it, and has to be answered when one of them requires it.
    """

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        services: Sequence[Service],
        language: str,
        day: date,
        known: Mapping[str, Mapping[str, Any]],
        profile: Mapping[str, Any],
        held: Collection[str],
        only: Collection[str],
        home: Organisation,
    ) -> None:
        forms.Form.__init__(self, data, files)
        self.language, self.home = language, home
        self.joined, self.wanted = joined_form(services), joined_materials(services)
        self.titles = {service.id: service.title.in_language(language) for service in services}
        shown = {service.id: shown_fields(service, known[service.id], profile, day) for service in services}
        by_id = {service.id: service for service in services}
        for question in (question for section in self.joined for question in section.questions):
            asking = [name for name in question.services if question.field.name in shown[name]]
            if asking and question.key in only:
                self._ask(question, by_id[asking[0]], asking, known)
        needs = {
            service.id: materials_needed(service, known[service.id], profile, held, day)
            for service in services
        }
        self.held = []
        for item in self.wanted:
            self._want(item, {needs[name][item.material.name] for name in item.services})

    def _ask(
        self,
        question: Question,
        service: Service,
        asking: Sequence[str],
        known: Mapping[str, Mapping[str, Any]],
    ) -> None:
        name = question.field.name
        field = field_of(question.field, service, self.language, self.home)
        value = next((known[id_][name] for id_ in asking if known[id_].get(name) is not None), None)
        field.initial = shown_value(question.field, value)
        self.fields[FIELD + question.key] = field

    def _want(self, item: WantedMaterial, needs: set[Need]) -> None:
        title = item.material.title.in_language(self.language)
        if needs <= {Need.HELD, Need.NOT_NEEDED}:
            self.held += [title] if Need.HELD in needs else []
            return
        self.fields[MATERIAL + item.key] = material_field(item.material, self.language)

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        found = [
            (
                section.title.in_language(self.language),
                [self[FIELD + item.key] for item in section.questions if FIELD + item.key in self.fields],
            )
            for section in self.joined
        ]
        return [(title, fields) for title, fields in found if fields]

    def tell_of(self, refused: Mapping[str, Mapping[str, Text]]) -> None:
        """What was refused, by service and field: beside the joint field, once; the rest above, with the service's title."""
        keys = {(id_, item.field.name): FIELD + item.key for section in self.joined for item in section.questions for id_ in item.services}  # fmt: skip
        keys |= {
            (id_, item.material.name): MATERIAL + item.key for item in self.wanted for id_ in item.services
        }
        for service, fields in refused.items():
            for name, text in fields.items():
                place, words = keys.get((service, name), ""), text.in_language(self.language)
                if place not in self.fields:
                    self.add_error(None, f"{self.titles[service]} · {words}")
                elif words not in self.errors.get(place, ()) and not (
                    place in self.errors and place.startswith(FIELD)
                ):
                    self.add_error(place, words)

    def material_of(self, key: str) -> Material:
        return next(item.material for item in self.wanted if item.key == key)
