"""The services of a pack: its own files and those of its parents (事项文件).

A pack offers what its parent offers, as far as a place has the units that it takes. ``services/<id>.yaml`` replaces a
service of the same id; with ``extends: <id>`` it is laid over another one, part by part; ``offered: false`` takes it off the
list. Files are read when they are asked for, since a place may have many; ``problems`` reads them all.

K611 id of a service · K612 cases without a service · K613 service without cases (a reminder) · K614 extends what is not
there · K615 extends itself · K616 another service that is not offered · K617 a benefit that no policy gives (a reminder) ·
K618 takes off what is not offered · K619 services that fall out for want of a unit (a reminder).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.overlay import Overlay
from juxian.core.packs.files import CASES, read_document
from juxian.core.packs.reading import one_of
from juxian.core.positioned import Document
from juxian.core.positioned import Path as DocumentPath
from juxian.core.services import Service, check_units, read_service
from juxian.core.services.definition import CLAIMED, EffectKind
from juxian.core.services.walking import Walk, WalkResult, read_walks, run_walks
from juxian.core.source import Problem, Rejected, errors_in
from juxian.core.text import Text
from juxian.core.workdays import from_chinesecalendar

FOLDER = "services"
_OFF = re.compile(r"^offered:[ \t]*(false|False|no|否)[ \t]*(#.*)?$", re.MULTILINE)
_UNIT = re.compile(r"\bunit:\s*\"?([a-z0-9_-]+)")
_HEAD = ("extends", "offered")  # keys of a file that are no part of a service


@dataclass(frozen=True)
class Written:
    """The document of a service, where its parts were written, and what was wrong with joining them."""

    document: Document
    overlay: Overlay | None = None
    problems: tuple[Problem, ...] = ()

    def told(self, problems: Sequence[Problem]) -> list[Problem]:
        return [self.overlay.told_where_written(problem) if self.overlay else problem for problem in problems]


@dataclass(frozen=True)
class ServiceCases:
    """The cases of one service and how they came out."""

    service: Service
    path: Path
    results: Sequence[WalkResult]


@dataclass(eq=False)
class ServiceShelf(Mapping[str, Service]):
    """The services that a pack offers, by id; each is read and checked when it is first asked for.

    units: word → code of an organisation, of a place. benefits: ids of the policies' benefits; None where a pack is no place.
    """

    directory: Path
    schema: Schema
    parent: ServiceShelf | None = None
    units: Mapping[str, str] | None = None
    benefits: frozenset[str] | None = None
    _read: dict[str, tuple[Service | None, list[Problem]]] = field(default_factory=dict, repr=False)
    _written: dict[str, Written | None] = field(default_factory=dict, repr=False)

    def __getitem__(self, service: str) -> Service:
        """Raises ``KeyError`` when it is not offered, ``Rejected`` when it has mistakes."""
        if service not in self.ids:
            raise KeyError(service)
        found, problems = self.read(service)
        if found is None:
            raise Rejected(problems)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, service: object) -> bool:
        """As ``ids`` tells, without reading every service that a place could want units for."""
        if hasattr(self, "_ids") or not isinstance(service, str):
            return service in self.ids
        path = self.files.get(service)
        if path is not None:
            return not self._taken_off(path)
        return self.parent is not None and service in self.parent and not self.wanting(service)

    @property
    def ids(self) -> dict[str, None]:
        """Ids of what is offered, the parent's first (an ordered set)."""
        if not hasattr(self, "_ids"):
            inherited = self.parent.ids if self.parent else {}
            ids = {service: None for service in inherited if not self.wanting(service)}
            for service, path in self.files.items():
                if self._taken_off(path):
                    ids.pop(service, None)
                else:
                    ids[service] = None
            self._ids = ids
        return self._ids

    @property
    def files(self) -> dict[str, Path]:
        """The files of the pack itself, by id."""
        if not hasattr(self, "_files"):
            found = sorted((self.directory / FOLDER).glob("*.yaml"))
            self._files = {path.stem: path for path in found if not path.name.endswith(CASES)}
        return self._files

    def read(self, service: str) -> tuple[Service | None, list[Problem]]:
        """A service under the vocabulary and the units of this pack, and everything that is wrong with it."""
        if service not in self._read:
            self._read[service] = self._checked(service)
        return self._read[service]

    def written(self, service: str) -> Written | None:
        """The document of a service of this pack or a parent; None when there is none, or it is no YAML."""
        if service not in self._written:
            path = self.files.get(service)
            if path is not None:
                self._written[service] = self._own(path, ())
            else:
                self._written[service] = self.parent.written(service) if self.parent else None
        return self._written[service]

    def wanting(self, service: str) -> frozenset[str]:
        """Units without which an inherited service cannot be worked on here; nothing of a pack that is no place."""
        if self.units is None or self.parent is None or service in self.files:
            return frozenset()
        wanting = frozenset(_UNIT.findall(self.parent.text_of(service))) - self.units.keys()
        if not wanting:
            return wanting
        found, _problems = self.parent.read(service)
        return wanting if found is None or check_units(found, self.units) else frozenset()

    def text_of(self, service: str) -> str:
        """The text of a file and of all that it extends, as it stands."""
        path = self.files.get(service)
        if path is None:
            return self.parent.text_of(service) if self.parent else ""
        text, extends = _text(path), re.search(r"^extends: *(\S+)", _text(path), re.M)
        if extends is None or (extends[1] == service and self.parent is None):
            return text
        if self.parent is not None and self.parent.text_of(extends[1]):
            return text + self.parent.text_of(extends[1])
        return text if extends[1] == service else text + self.text_of(extends[1])

    # everything at once

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the services and their cases."""
        found: list[Problem] = []
        for service in {**self.ids, **dict.fromkeys(self.files)}:
            if service in self.ids or not self._only_taken_off(service):
                found += self.read(service)[1]
        for service, file in self.files.items():
            if self._only_taken_off(service):
                found += self._check_taken_off(service, file)
            else:
                found += self.walks(service)[1]
        for path in sorted((self.directory / FOLDER).glob(f"*{CASES}")):
            if path.name.removesuffix(CASES) not in self.files:
                found.append(
                    Problem("K612", Text("有用例而没有事项文件", "cases without a service"), str(path))
                )
        return [*found, *self._fallen_out()]

    def _fallen_out(self) -> list[Problem]:
        """A place that gives no unit a duty is content with services that need none; else it is told what is wanting."""
        inherited = self.parent.ids if self.parent else {}
        wanting = {service: units for service in inherited if (units := self.wanting(service))}
        if not wanting or not self.units or all(word == code for word, code in self.units.items()):
            return []
        words = "、".join(sorted(frozenset[str]().union(*wanting.values())))
        message = Text(
            f"{len(wanting)} 个上级包的事项未提供，因为没有机构承担：{words}",
            f"{len(wanting)} services of the parent are not offered, since no unit has: {words}",
        )
        hint = Text("给机构写 duties: […]", "give a unit duties: […]")
        path = str(self.directory / "organisations.yaml")
        return [Problem("K619", message, path, hint=hint, severity="warning")]

    def walks(self, service: str) -> tuple[Sequence[Walk], list[Problem]]:
        """The cases of one of the pack's own files."""
        path = self.files[service].with_name(f"{service}{CASES}")
        found, _ = self.read(service)
        problems: list[Problem] = []
        if not path.is_file():
            message = Text("事项没有用例", "the service has no cases")
            hint = Text(f"写 {path.name}：至少走通一次", f"write {path.name} that walks it at least once")
            return (), [
                Problem("K613", message, str(self.files[service]), hint=hint, severity="warning")
            ] if found else []
        document = read_document(path, problems)
        if document is None or found is None:
            return (), problems
        walks, wrong = read_walks(document, found)
        return walks, [*problems, *wrong]

    def run_cases(self) -> list[ServiceCases]:
        """Walk the cases of the pack's own services. Raises ``Rejected`` when a file is wrong."""
        calendar, found = from_chinesecalendar(), []
        for name, path in self.files.items():
            if self._only_taken_off(name):
                continue
            service, problems = self.read(name)
            walks, wrong = self.walks(name)
            if service is None or errors_in(wrong):
                raise Rejected([*problems, *wrong])
            found.append(
                ServiceCases(service, path.with_name(f"{name}{CASES}"), run_walks(service, walks, calendar))
            )
        return found

    # one service

    def _checked(self, name: str) -> tuple[Service | None, list[Problem]]:
        written = self.written(name)
        if written is None:
            problems: list[Problem] = []
            if name in self.files:
                read_document(self.files[name], problems)
            return None, problems
        if errors_in(written.problems):
            return None, list(written.problems)
        service, problems = read_service(written.document, self.schema)
        if service is not None:
            problems = [*problems, *self._of_the_place(service)]
            problems += self._of_its_name(service, name)
        problems = [*written.problems, *written.told(problems)]
        return (None if errors_in(problems) else service), problems

    def _of_its_name(self, service: Service, name: str) -> list[Problem]:
        if service.id == name:
            return []
        message = Text(
            f"事项代码“{service.id}”与文件名不同", f"the id “{service.id}” differs from the name of the file"
        )
        hint = Text(f"写 service: {name}", f"write service: {name}")
        return [service.origin.problem(("service",), "K611", message, hint)]

    def _of_the_place(self, service: Service) -> list[Problem]:
        """What only the pack can tell: units, other services, benefits."""
        problems = check_units(service, self.units) if self.units is not None else []
        origin = service.origin
        for effect in service.effects():
            path = _place_of(origin, str(effect.kind), effect.target)
            if effect.kind is EffectKind.OPEN and effect.target not in self.ids:
                message = Text(f"没有事项“{effect.target}”", f"there is no service “{effect.target}”")
                problems.append(origin.problem(path, "K616", message, one_of(effect.target, list(self.ids))))
            if effect.kind is EffectKind.GRANT:
                problems += self._of_a_benefit(origin, path, effect.target, service.claims)
        for index, benefit in enumerate(service.claims):
            problems += self._of_a_benefit(origin, ("claims", index), benefit, ())
        return problems

    def _of_a_benefit(
        self, origin: Document, path: DocumentPath, benefit: str, claims: Sequence[str]
    ) -> list[Problem]:
        """A benefit that is granted or claimed, where no policy of the place gives it."""
        if self.benefits is None or benefit in self.benefits or (benefit == CLAIMED and claims):
            return []
        message = Text(f"没有政策给予“{benefit}”", f"no policy here gives the benefit “{benefit}”")
        hint = one_of(benefit, sorted(self.benefits))
        if benefit == CLAIMED:
            message = Text("没有写明申领的待遇", "it is not said which benefits are claimed")
            hint = Text("写 claims: […]", "write claims: […]")
        return [replace(origin.problem(path, "K617", message, hint), severity="warning")]

    def _own(self, path: Path, above: tuple[str, ...]) -> Written | None:
        problems: list[Problem] = []
        document = read_document(path, problems)
        if document is None:
            return None
        data = document.data if isinstance(document.data, dict) else {}
        wanted = data.get("extends")
        bare = replace(
            document, data={key: value for key, value in data.items() if key not in _HEAD} or document.data
        )
        if wanted is None:
            return Written(bare)
        under = self._under(path.stem, str(wanted), (*above, path.stem), document)
        if isinstance(under, Problem):
            return Written(document, None, (under,))
        overlay = Overlay(under.document, bare, under.overlay)
        return Written(overlay.document, overlay, under.problems)

    def _under(self, name: str, wanted: str, above: tuple[str, ...], document: Document) -> Written | Problem:
        """What a file extends: a service of the parent, else another file of the pack."""
        if self.parent is not None and (found := self.parent.written(wanted)) is not None:
            return found
        if wanted in above:
            message = Text(f"“{wanted}”以自身为基础", f"“{wanted}” extends itself")
            return document.problem(("extends",), "K615", message)
        path = self.files.get(wanted)
        own = self._own(path, above) if path is not None else None
        if own is not None:
            return own
        message = Text(f"没有事项“{wanted}”", f"there is no service “{wanted}”")
        known = [*(self.parent.ids if self.parent else ()), *self.files]
        return document.problem(("extends",), "K614", message, one_of(wanted, known))

    # what is taken off

    def _taken_off(self, path: Path) -> bool:
        return bool(_OFF.search(_text(path)))

    def _only_taken_off(self, service: str) -> bool:
        """Whether the file says no more than that a service is not offered."""
        path = self.files.get(service)
        return (
            path is not None
            and self._taken_off(path)
            and not re.search(r"^steps:|^extends:", _text(path), re.M)
        )

    def _check_taken_off(self, service: str, path: Path) -> list[Problem]:
        if self.parent is not None and service in self.parent.ids:
            return []
        message = Text(f"上级包没有事项“{service}”", f"the parent pack offers no service “{service}”")
        return [Problem("K618", message, str(path))]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _place_of(document: Document, kind: str, target: str) -> tuple[str | int, ...]:
    """Where the first effect of this kind and target stands."""
    for path in document.values:
        if path and path[-1] == kind and "effects" in path and document.at(path) == target:
            return path
    return ("steps",)
