"""The answers of a form and the materials that go with them: what is shown, asked, accepted (填报与核对)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from juxian.core.facts.values import Refusal, parse_value
from juxian.core.policy import Expression, evaluate_condition
from juxian.core.services.definition import FormField, Material, Service
from juxian.core.services.formats import FORMATS
from juxian.core.text import Text

_REQUIRED = Text("必须填写", "is required")
_UNKNOWN = Text("表单没有这一项", "the form has no such field")


@dataclass(frozen=True, slots=True)
class Checked:
    """values: canonical, of the fields that are shown and right; wrong: by field or material; the form as a whole in ``form``."""

    values: Mapping[str, Any]
    wrong: Mapping[str, Text]


class Need(StrEnum):
    """What is asked of a material."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    HELD = "held"  # evidence is held already (免提交)
    NOT_NEEDED = "not_needed"


def holds(
    service: Service,
    condition: Expression | None,
    answers: Mapping[str, Any],
    profile: Mapping[str, Any],
    day: date,
) -> bool | None:
    """A condition over answers and profile; none at all holds."""
    if condition is None:
        return True
    return evaluate_condition(condition, {**profile, **answers}, day, service.schema)


def prefilled(service: Service, profile: Mapping[str, Any]) -> dict[str, Any]:
    """What the profile knows of the form."""
    return {
        field.name: profile[field.prefill]
        for field in service.fields.values()
        if field.prefill and profile.get(field.prefill) is not None
    }


def suggested(service: Service, facts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """What the person's own facts offer for fields that name one. facts: values by kind, the newest first.

    A value that the form would refuse is not offered.
    """
    found: dict[str, Any] = {}
    for field in service.fields.values():
        kind, _dot, part = field.suggest.partition(".")
        value = next((fact[part] for fact in facts.get(kind, ()) if fact.get(part) is not None), None)
        if value is not None and field.name in (read := _parsed(service, {field.name: value})[0]):
            found[field.name] = read[field.name]
    return found


def check_answers(
    service: Service, given: Mapping[str, Any], profile: Mapping[str, Any], day: date
) -> Checked:
    """All answers at once. A field is shown unless its condition is known not to hold; hidden answers are dropped.

    A field whose condition is unknown is shown but not required.
    """
    values, wrong = _parsed(service, given)
    shown = shown_fields(service, values, profile, day)
    values = {name: value for name, value in values.items() if name in shown}
    wrong = {name: reason for name, reason in wrong.items() if name in shown or name not in service.fields}
    for name, field in shown.items():
        if name not in values and name not in wrong and _required(service, field, values, profile, day):
            wrong[name] = _REQUIRED
    if not wrong:
        for must in service.musts:
            if holds(service, must.condition, values, profile, day) is False:
                wrong["form"] = must.message
                break
    return Checked(values, wrong)


def shown_fields(
    service: Service, values: Mapping[str, Any], profile: Mapping[str, Any], day: date
) -> dict[str, FormField]:
    """Fields that the form shows. The answer of a hidden field counts for nothing, also in conditions of others."""
    shown = dict(service.fields)
    while True:
        visible = {name: value for name, value in values.items() if name in shown}
        kept = {
            name: field
            for name, field in shown.items()
            if holds(service, field.shown_if, visible, profile, day) is not False
        }
        if len(kept) == len(shown):
            return kept
        shown = kept


def fields_required(
    service: Service, values: Mapping[str, Any], profile: Mapping[str, Any], day: date
) -> dict[str, bool | None]:
    """Of each field that the form shows, whether it has to be answered; None while what decides that is not known."""
    shown = shown_fields(service, values, profile, day)
    visible = {name: value for name, value in values.items() if name in shown}
    return {name: _required(service, field, visible, profile, day) for name, field in shown.items()}


def materials_needed(
    service: Service,
    answers: Mapping[str, Any],
    profile: Mapping[str, Any],
    held: Collection[str],
    day: date,
) -> dict[str, Need]:
    """What is asked of each material. held: fact kinds of which verified facts with evidence are there."""
    return {
        name: _need(service, material, answers, profile, held, day)
        for name, material in service.materials.items()
    }


def check_materials(
    service: Service, needs: Mapping[str, Need], given: Mapping[str, tuple[str, ...]]
) -> dict[str, Text]:
    """What is wrong with the materials handed in, by material."""
    wrong = {name: _UNKNOWN for name in given if name not in service.materials}
    for name, need in needs.items():
        if need is Need.REQUIRED and not given.get(name):
            wrong[name] = Text("必须提交", "has to be handed in")
    return wrong


def _parsed(service: Service, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Text]]:
    values: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for name, raw in given.items():
        field = service.fields.get(name)
        if field is None:
            wrong[name] = _UNKNOWN
        elif raw is not None and raw != "":
            value = parse_value(raw, field.type, service.schema)
            if not isinstance(value, Refusal) and field.format:
                value = FORMATS[field.format](value)
            if isinstance(value, Refusal):
                wrong[name] = value.reason
            else:
                values[name] = value
    return values, wrong


def _required(
    service: Service, field: FormField, values: Mapping[str, Any], profile: Mapping[str, Any], day: date
) -> bool | None:
    if not field.required and field.required_if is None:
        return False
    shown = holds(service, field.shown_if, values, profile, day)
    needed = field.required or holds(service, field.required_if, values, profile, day)
    if shown is False or needed is False:
        return False
    return True if shown and needed else None


def _need(
    service: Service,
    material: Material,
    answers: Mapping[str, Any],
    profile: Mapping[str, Any],
    held: Collection[str],
    day: date,
) -> Need:
    if material.evidence and material.evidence in held:
        return Need.HELD
    if material.required:
        return Need.REQUIRED
    if material.required_if is None:
        return Need.OPTIONAL
    answer = holds(service, material.required_if, answers, profile, day)
    return {True: Need.REQUIRED, False: Need.NOT_NEEDED, None: Need.OPTIONAL}[answer]
