"""Several services in one form (一件事、组合申请): choose, fill in, check, hand in all or none; and how a group stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.services.actions import (
    drop_draft,
    kept_draft,
    save_draft,
)
from juxian.apps.services.actions.opening import evidence_held, profile_of
from juxian.apps.services.models import Draft
from juxian.core.facts.schema import Kind
from juxian.core.packs.schema import Pack
from juxian.core.policy import evaluate_condition
from juxian.core.services import Service
from juxian.core.services.answers import holds, prefilled
from juxian.core.services.bundles import BundleEntry, Question, joined_form, joined_materials
from juxian.core.text import Text
from juxian.web.kit import cases as words
from juxian.web.kit.access import user_of
from juxian.web.kit.jointforms import JointForm
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.serviceforms import FIELD, LONGEST_TEXT, MATERIAL
from juxian.web.kit.services import conditions, service_row, words_schema
from juxian.web.kit.typed import words_in
from juxian.web.portal.services.applying import FOR, Application
from juxian.web.portal.services.guides import may_hand_in

BASKET = "basket"
MOST = 12  # services in one form


@dataclass(frozen=True, slots=True)
class Offer:
    """A service that may be part of a joint application.

    state: offered, out (left out: the condition of the bundle does not hold), barred (the service's own does not), closed (this
    applicant may not hand it in). open: what is not known yet, in words.
    """

    service: Service
    title: str
    summary: str
    limit: str
    state: str
    chosen: bool
    why: tuple[str, ...] = ()


@dataclass
class Together:
    """A joint application of one person: by whom, for whom, of which services."""

    request: HttpRequest
    scope: Scope
    key: str
    title: str
    summary: str
    entries: tuple[BundleEntry, ...]
    home: Organisation
    person: Person
    unit: Organisation | None = None
    edit: bool = False
    parts: list[Application] = field(default_factory=list)
    saved_at: Any = None

    @property
    def pack(self) -> Pack:
        return self.scope.pack

    @property
    def draft_name(self) -> str:
        return f"bundle:{self.key}"

    def address(self, view: str) -> str:
        found = reverse(f"portal:{view}", args=[self.key])
        return f"{found}?{FOR}={self.person.number}" if self.unit else found

    # what may be asked for

    def offers(self, wanted: set[str] | None = None) -> list[Offer]:
        """Every service of the bundle or basket. wanted: those that the user ticked before, None: as the bundle says."""
        profile = profile_of(self.person)
        return [self._offer(entry, profile, wanted) for entry in self.entries]

    def _offer(self, entry: BundleEntry, profile: Mapping[str, Any], wanted: set[str] | None) -> Offer:
        service, day, spoken = self.pack.services[entry.service], self.scope.as_of, self.scope.language
        row = service_row(service, spoken)
        given = prefilled(service, profile)
        state = "offered"
        why: tuple[str, ...] = ()
        if entry.when and evaluate_condition(entry.when, profile, day, self.pack.schema) is False:
            state, why = "out", conditions(entry.when, self.pack.schema, spoken)
        elif not may_hand_in(service, self.unit is not None):
            state = "closed"
        elif holds(service, service.who, given, profile, day) is False:
            state, why = "barred", conditions(service.who, words_schema(service), spoken)
        chosen = state == "offered" and (entry.chosen if wanted is None else entry.service in wanted)
        return Offer(service, row.title, row.summary, row.limit, state, chosen, why)

    # what is being filled in

    def begin(
        self, services: Iterable[str], answers: Mapping[str, Any], files: Mapping[str, list[str]]
    ) -> None:
        """The parts, with what was filled in of each before."""
        offered = {offer.service.id for offer in self.offers() if offer.state == "offered"}
        found = [self.pack.services[name] for name in services if name in offered]
        profile, held = profile_of(self.person), evidence_held(self.person, self.scope.as_of)
        self.parts = []
        for service in found:
            part = Application(
                self.request, self.scope, self.pack, service, self.home, self.person, self.unit, self.edit
            )
            part.__dict__ |= {"profile": profile, "held": held}
            part.answers = {
                name: value for name, value in answers.get(service.id, {}).items() if name in service.fields
            }
            part.materials = {
                name: list(files[f"{service.id}:{name}"])
                for name in service.materials
                if f"{service.id}:{name}" in files
            }
            self.parts.append(part)
        self._share()

    def _share(self) -> None:
        """What one service knows of a question of several, the others know too."""
        parts = {part.service.id: part for part in self.parts}
        known = {name: prefilled(part.service, part.profile) for name, part in parts.items()}
        for question in self.questions():
            name = question.field.name
            for source in (known, {id_: part.answers for id_, part in parts.items()}):
                value = next((source[id_][name] for id_ in question.services if name in source[id_]), None)
                if value is not None:
                    for id_ in question.services:
                        source[id_].setdefault(name, value)
        for item in joined_materials(self.services):
            name = item.material.name
            files = next(
                (parts[id_].materials[name] for id_ in item.services if name in parts[id_].materials), None
            )
            if files:
                for id_ in item.services:
                    parts[id_].materials.setdefault(name, files)
        for id_, part in parts.items():
            part.__dict__["given"] = known[id_]

    @property
    def services(self) -> list[Service]:
        return [part.service for part in self.parts]

    def part(self, service: str) -> Application:
        return next(part for part in self.parts if part.service.id == service)

    def questions(self) -> list[Question]:
        return [question for section in joined_form(self.services) for question in section.questions]

    def known_rows(self) -> list[words.AnswerRow]:
        """What the register brings along, each once."""
        rows: dict[tuple[str, str], words.AnswerRow] = {}
        for part in self.parts:
            for row in part.known_rows():
                rows.setdefault((row.name, row.title), row)
        return list(rows.values())

    def form(self, data: Any = None, files: Any = None) -> JointForm:
        open_keys = {
            question.key
            for question in self.questions()
            if any(question.field.name in self.part(id_).open_names for id_ in question.services)
        }
        form = JointForm(
            data,
            files,
            services=self.services,
            language=self.scope.language,
            day=self.scope.as_of,
            known={part.service.id: {**part.given, **part.checked.values} for part in self.parts},
            profile=profile_of(self.person),
            held=evidence_held(self.person, self.scope.as_of),
            only=open_keys,
            home=self.home,
        )
        for question in self.questions():
            part = self.part(question.services[0])
            answers = {**part.suggested(), **part.answers}
            if FIELD + question.key in form.fields and question.field.name in answers:
                form.fields[FIELD + question.key].initial = answers[question.field.name]
        return form

    def take(self, data: Any) -> None:
        """What was typed replaces what the draft holds, for every service that asks it."""
        for question in self.questions():
            values = [words_in(value, LONGEST_TEXT) for value in data.getlist(FIELD + question.key)]
            if values:
                many = question.field.type.kind is Kind.LEVELS
                for id_ in question.services:
                    self.part(id_).answers[question.field.name] = values if many else values[-1]

    def keep(self, kept: Mapping[str, list[str]]) -> None:
        """Files that came with the form, for every service that wants them."""
        for item in joined_materials(self.services):
            if item.key in kept:
                for id_ in item.services:
                    self.part(id_).materials[item.material.name] = kept[item.key]

    def attachments(self, form: JointForm) -> list[tuple[Any, list[Any]]]:
        by_key = {item.key: item for item in form.wanted}
        found = []
        for bound in form.attachments:
            item = by_key[bound.name.removeprefix(MATERIAL)]
            files = self.part(item.services[0]).files().get(item.material.name, [])
            found.append((bound, files))
        return found

    def refused(self) -> dict[str, Mapping[str, Text]]:
        """What is missing or wrong, by service."""
        found = {part.service.id: part.refused() for part in self.parts}
        return {name: refused.fields for name, refused in found.items() if refused}

    # drafts

    def read_draft(self) -> None:
        draft = kept_draft(
            user=user_of(self.request),
            home=self.home,
            service=self.draft_name,
            person=self.person,
            writes=self.request.method == "POST",
        )
        content = draft.answers if draft else {}
        self.saved_at = draft.saved_at if draft else None
        self.begin(content.get("services", ()), content.get("answers", {}), draft.materials if draft else {})

    def save(self) -> None:
        draft = save_draft(
            user=user_of(self.request),
            home=self.home,
            service=self.draft_name,
            person=self.person,
            answers={
                "services": [part.service.id for part in self.parts],
                "answers": {part.service.id: part.answers for part in self.parts},
            },
            materials={
                f"{part.service.id}:{name}": files
                for part in self.parts
                for name, files in part.materials.items()
            },
        )
        self.saved_at = draft.saved_at

    def drop(self) -> None:
        drop_draft(
            user=user_of(self.request),
            home=self.home,
            service=self.draft_name,
            person=self.person,
        )


def together_of(request: HttpRequest, key: str) -> Together:
    """The joint application that this address is about; 404 where the user may not make it."""
    scope = current_scope(request)
    home = Organisation.objects.get(code=scope.pack.root)
    if key == BASKET:
        title, summary = _("组合申请"), _("清单中的事项用一张表、一次提交。")
        entries = tuple(BundleEntry(name) for name in basket_of(request, home))
    else:
        bundle = scope.pack.bundles.get(key)
        if bundle is None or scope.role not in bundle.audience:
            raise Http404
        title = bundle.title.in_language(scope.language)
        summary, entries = bundle.summary.in_language(scope.language), bundle.entries
    people = Person.objects.living_records().select_related("home", "profile")
    unit = None
    if scope.role == Role.PERSON:
        person = get_object_or_404(people, user=request.user, home__pack=scope.pack.code)
    else:
        unit = scope.organisation
        own = persons_visible_to(user_of(request)).select_related("home", "profile")
        person = get_object_or_404(own, number=request.GET.get(FOR, ""), home=home)
    return Together(
        request, scope, key, title, summary, entries, home, person, unit, edit="edit" in request.GET
    )


def basket_of(request: HttpRequest, home: Organisation) -> list[str]:
    """Services that the user put aside, as far as the place still offers them."""
    draft = Draft.objects.filter(user=user_of(request), home=home, service=BASKET, person=None).first()
    offered = current_scope(request).pack.services
    return [name for name in (draft.answers.get("services", []) if draft else []) if name in offered]
