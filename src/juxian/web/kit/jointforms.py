"""One form for several services (一件事、组合申请): what they share is asked once, and what one of them refuses is told there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from juxian.apps.organisations.models import Organisation
from juxian.core.services import Service, materials_needed
from juxian.core.services.answers import Need, fields_required, shown_fields
from juxian.core.services.bundles import Question, WantedMaterial, joined_form, joined_materials
from juxian.core.services.definition import Material
from juxian.core.text import Text
from juxian.web.kit.serviceforms import (
    FIELD,
    MATERIAL,
    ServiceForm,
    field_of,
    mark_need,
    material_field,
    need_of_material,
    need_words,
    shown_value,
)

_WEIGHT = {True: 2, None: 1, False: 0}  # of several services that ask the same, the strictest counts


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
        required = {
            service.id: fields_required(service, known[service.id], profile, day) for service in services
        }
        self.by_id = {service.id: service for service in services}
        for question in (question for section in self.joined for question in section.questions):
            asking = [name for name in question.services if question.field.name in shown[name]]
            if asking and question.key in only:
                self._ask(question, asking, known, required)
        needs = {
            service.id: materials_needed(service, known[service.id], profile, held, day)
            for service in services
        }
        self.held = []
        for item in self.wanted:
            self._want(item, {name: needs[name][item.material.name] for name in item.services})

    def _ask(
        self,
        question: Question,
        asking: Sequence[str],
        known: Mapping[str, Mapping[str, Any]],
        required: Mapping[str, Mapping[str, bool | None]],
    ) -> None:
        name, service = question.field.name, self.by_id[asking[0]]
        field = field_of(question.field, service, self.language, self.home)
        value = next((known[id_][name] for id_ in asking if known[id_].get(name) is not None), None)
        field.initial = shown_value(question.field, value)
        answers = {id_: required[id_][name] for id_ in asking}
        decides = max(answers, key=lambda id_: _WEIGHT[answers[id_]])
        own = self.by_id[decides]
        mark_need(field, answers[decides], need_words(own.fields[name], own, self.language))
        self.fields[FIELD + question.key] = field

    def _want(self, item: WantedMaterial, needs: Mapping[str, Need]) -> None:
        title, found = item.material.title.in_language(self.language), set(needs.values())
        if found <= {Need.HELD, Need.NOT_NEEDED}:
            self.held += [title] if Need.HELD in found else []
            return
        field = material_field(item.material, self.language)
        said = {
            id_: need_of_material(
                self.by_id[id_].materials[item.material.name], need, self.by_id[id_], self.language
            )
            for id_, need in needs.items()
        }
        mark_need(field, *max(said.values(), key=lambda one: _WEIGHT[one[0]]))
        self.fields[MATERIAL + item.key] = field

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
