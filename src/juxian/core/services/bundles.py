"""Several services asked for at once (一件事, 组合申请): one form in which nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from juxian.core.policy import Expression
from juxian.core.services.definition import NO_TEXT, FormField, Material, Service
from juxian.core.text import Text

Item = TypeVar("Item", FormField, Material)


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One service of a bundle. ``when``: a condition over the profile; known not to hold, the service is left out.

    chosen: ticked beforehand.
    """

    service: str
    when: Expression | None = None
    chosen: bool = True


@dataclass(frozen=True, slots=True)
class Bundle:
    """Services that belong to one occasion (一件事), e.g. 新引进人才报到."""

    id: str
    title: Text
    audience: tuple[str, ...]
    entries: tuple[BundleEntry, ...]
    summary: Text = NO_TEXT

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(entry.service for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Question:
    """A field that one or more services ask for. ``key``: its name; ``service.name`` where two mean different things by it."""

    key: str
    field: FormField
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionSection:
    title: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class WantedMaterial:
    """A material that one or more services want; ``key`` as of a question."""

    key: str
    material: Material
    services: tuple[str, ...]


@dataclass
class _Joined(Generic[Item]):
    """Items by key, each with the services that mean the same by it."""

    items: dict[str, tuple[Item, list[str]]] = field(default_factory=dict)

    def add(self, service: str, name: str, item: Item) -> bool:
        """Whether it is new."""
        for key in (name, f"{service}.{name}"):
            found = self.items.get(key)
            if found is None:
                self.items[key] = (item, [service])
                return True
            if _same(found[0], item):
                found[1].append(service)
                return False
        return False

    def key_of(self, service: str, name: str) -> str:
        own = f"{service}.{name}"
        return own if own in self.items else name


def joined_form(services: Sequence[Service]) -> tuple[QuestionSection, ...]:
    """The fields of several services in the order of the services; a field that two share is asked once.

    Two fields are the same when name, title, type and format agree. A section without a field of its own is left out.
    """
    joined = _fields(services)
    shown: set[str] = set()
    sections = []
    for service in services:
        for section in service.sections:
            keys = [joined.key_of(service.id, item.name) for item in section.fields]
            new = [key for key in keys if key not in shown]
            shown.update(new)
            if new:
                questions = (Question(key, joined.items[key][0], tuple(joined.items[key][1])) for key in new)
                sections.append(QuestionSection(section.title, tuple(questions)))
    return tuple(sections)


def joined_materials(services: Sequence[Service]) -> tuple[WantedMaterial, ...]:
    """The materials of several services; one that two share is handed in once."""
    joined = _materials(services)
    return tuple(WantedMaterial(key, item, tuple(ids)) for key, (item, ids) in joined.items.items())


def answers_of(service: Service, services: Sequence[Service], given: Mapping[str, Any]) -> dict[str, Any]:
    """What ``given`` (by key of the joined form) says of one of the services, by field name."""
    joined = _fields(services)
    keys = {name: joined.key_of(service.id, name) for name in service.fields}
    return {name: given[key] for name, key in keys.items() if key in given}


def materials_of(
    service: Service, services: Sequence[Service], given: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """What was handed in for one of the services, by name of the material."""
    joined = _materials(services)
    keys = {name: joined.key_of(service.id, name) for name in service.materials}
    return {name: given[key] for name, key in keys.items() if key in given}


def _fields(services: Sequence[Service]) -> _Joined[FormField]:
    joined: _Joined[FormField] = _Joined()
    for service in services:
        for item in service.fields.values():
            joined.add(service.id, item.name, item)
    return joined


def _materials(services: Sequence[Service]) -> _Joined[Material]:
    joined: _Joined[Material] = _Joined()
    for service in services:
        for item in service.materials.values():
            joined.add(service.id, item.name, item)
    return joined


def _same(one: FormField | Material, other: FormField | Material) -> bool:
    if one.title.zh != other.title.zh:
        return False
    if isinstance(one, FormField) and isinstance(other, FormField):
        return (one.type, one.format) == (other.type, other.format)
    return isinstance(one, Material) and isinstance(other, Material)
