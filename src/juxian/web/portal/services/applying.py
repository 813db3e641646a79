"""What a person or an employer fills in and hands in: fill, check, submit (网上申请)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.files.models import StoredFile
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.services.actions import NotTakenIn, drop_draft, kept_draft, save_draft, submit_application
from juxian.apps.services.actions.opening import evidence_held, own_suggestions, profile_of
from juxian.apps.services.models import Case
from juxian.apps.services.queries.materials import stored
from juxian.core.facts.schema import Kind
from juxian.core.packs.schema import Pack
from juxian.core.policy import Verdict
from juxian.core.services import (
    CaseRefused,
    CaseState,
    Relation,
    Service,
    Why,
    check_answers,
    materials_needed,
    prefilled,
)
from juxian.core.services.answers import Checked, check_materials
from juxian.core.services.definition import Role as Part
from juxian.core.text import Text
from juxian.web.kit import cases as words
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.entitling import EntitlementCard, entitlement_cards
from juxian.web.kit.formats import clauses
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part, wants_part
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import seeks, sought
from juxian.web.kit.serviceforms import FIELD, LONGEST_TEXT, MATERIAL, ServiceForm, shown_value
from juxian.web.kit.typed import words_in
from juxian.web.kit.uploads import checks_files
from juxian.web.portal.services.guides import service_or_404

PEOPLE = (Role.PERSON, Role.EMPLOYER)
PAGE_SIZE = 20
BEGUN = "asked-draft"  # key in a session: what a visitor typed before signing in
FOR = "for"  # number of the person for whom an employer applies


@dataclass
class Application:
    """One form that is being filled in: by whom, for whom, of which service. person None: the unit applies for itself."""

    request: HttpRequest
    scope: Scope
    pack: Pack
    service: Service
    home: Organisation
    person: Person | None
    unit: Organisation | None = None
    edit: bool = False  # what the register knows may be corrected too
    answers: dict[str, Any] = field(default_factory=dict)
    materials: dict[str, list[str]] = field(default_factory=dict)
    saved_at: Any = None

    @cached_property
    def profile(self) -> dict[str, Any]:
        return profile_of(self.person)

    @cached_property
    def held(self) -> frozenset[str]:
        return evidence_held(self.person, self.scope.as_of)

    @cached_property
    def given(self) -> dict[str, Any]:
        """What the register knows of the form."""
        return prefilled(self.service, self.profile)

    @property
    def open_names(self) -> set[str]:
        """What may be filled in: all, or what the register does not know."""
        known = set() if self.edit else self.given.keys() - self.answers.keys()
        return (set(self.service.fields) - known) | set(self.service.materials)

    @property
    def checked(self) -> Checked:
        return check_answers(self.service, {**self.given, **self.answers}, self.profile, self.scope.as_of)

    def form(self, data: Any = None, files: Any = None) -> ServiceForm:
        form = ServiceForm(
            data,
            files,
            service=self.service,
            language=self.scope.language,
            day=self.scope.as_of,
            known={**self.given, **self.checked.values},
            profile=self.profile,
            held=self.held,
            only=self.open_names,
            home=self.home,
        )
        for name, value in {**self.suggested(), **self.answers}.items():
            if FIELD + name in form.fields:
                form.fields[FIELD + name].initial = value
        return form

    @cached_property
    def claims(self) -> list[EntitlementCard]:
        """The benefits that are asked for with it, as the policies see the applicant; those refused only where all are."""
        if self.person is None or not self.service.benefits:
            return []
        cards = [
            card
            for card in entitlement_cards(
                self.pack,
                self.profile,
                self.scope.as_of,
                self.scope.language,
                address=lambda policy: reverse("portal:policy", args=[self.pack.code, policy]),
            )
            if card.benefit_id in self.service.benefits
        ]
        return [card for card in cards if card.verdict != Verdict.NO] or cards

    def suggested(self) -> dict[str, Any]:
        """What fields begin with: facts of the applicants themselves, and the amount that the policies give where it is claimed."""
        person = None if self.unit else self.person
        return own_suggestions(person, self.service, self.scope.as_of) | self._amount()

    def _amount(self) -> dict[str, str]:
        amounts = [card.amount_fen for card in self.claims if card.amount_fen]
        fields = {effect.answers["amount"] for effect in self.service.effects() if "amount" in effect.answers}
        fields -= self.given.keys()
        return {
            name: str(shown_value(self.service.fields[name], max(amounts)))
            for name in fields & self.service.fields.keys()
            if amounts
        }

    def known_rows(self) -> list[words.AnswerRow]:
        """What the register brings along, in words."""
        rows = [row for _title, rows in self.sections() for row in rows]
        return [row for row in rows if row.name not in self.open_names]

    def state(self) -> CaseState:
        """The application as a case would hold it."""
        return CaseState(
            self.service.id, self.service.digest, self.service.first.id, 0, "",
            answers={**self.given, **self.checked.values}, profile=self.profile, held=tuple(self.held),
        )  # fmt: skip

    def sections(self) -> list[tuple[str, list[words.AnswerRow]]]:
        return words.answer_sections(
            self.service,
            self.state(),
            self.scope.language,
            day=self.scope.as_of,
            revealed=frozenset(self.answers if self.unit else self.service.fields),
        )

    def files(self) -> dict[str, list[StoredFile]]:
        return stored(self.materials)

    def material_rows(self) -> list[words.MaterialRow]:
        return words.material_rows(
            self.service, self.state(), self.files(), self.scope.language, self.scope.as_of
        )

    def refused(self) -> CaseRefused | None:
        """What is still missing or wrong, as the engine will say it."""
        checked = self.checked
        needs = materials_needed(
            self.service, {**self.given, **checked.values}, self.profile, self.held, self.scope.as_of
        )
        given = {name: tuple(files) for name, files in self.materials.items()}
        wrong = {**checked.wrong, **check_materials(self.service, needs, given)}
        return CaseRefused(Why.INCOMPLETE, wrong) if wrong else None

    def address(self, view: str) -> str:
        """Of a page about this application; it keeps for whom an employer applies."""
        found = reverse(f"portal:{view}", args=[self.service.id])
        return f"{found}?{FOR}={self.person.number}" if self.unit and self.person else found

    def read_draft(self) -> None:
        draft = kept_draft(
            user=user_of(self.request),
            home=self.home,
            service=self.service.id,
            person=self.person,
            writes=self.request.method == "POST",
        )
        if draft is not None:
            self.answers, self.materials = dict(draft.answers), dict(draft.materials)
            self.saved_at = draft.saved_at

    def save(self) -> None:
        draft = save_draft(
            user=user_of(self.request),
            home=self.home,
            service=self.service.id,
            person=self.person,
            answers=self.answers,
            materials=self.materials,
        )
        self.saved_at = draft.saved_at

    def take(self, data: Any) -> None:
        """What was typed replaces what the draft holds; ``drop`` names attached materials that are taken off."""
        for name in self.service.fields:
            values = [words_in(value, LONGEST_TEXT) for value in data.getlist(FIELD + name)]
            if values:
                levels = self.service.fields[name].type.kind is Kind.LEVELS
                self.answers[name] = values if levels else values[-1]
        for name in data.getlist("drop"):
            self.materials.pop(name, None)


def application_of(request: HttpRequest, service_id: str) -> Application:
    """The application that this address is about; 404 where the user may not apply for it."""
    scope = current_scope(request)
    home = Organisation.objects.get(code=scope.pack.root)
    service = service_or_404(scope.pack, service_id)
    parties = {(party.role, party.relation) for post in service.first.posts for party in post.who}
    made = Application(request, scope, scope.pack, service, home, None, edit="edit" in request.GET)
    if scope.role == Role.PERSON:
        if (Part.PERSON, Relation.APPLICANT) not in parties:
            raise Http404
        people = Person.objects.living_records().select_related("home", "profile")
        made.person = get_object_or_404(people, user=request.user, home__pack=scope.pack.code)
        return made
    made.unit = scope.organisation
    if (Part.EMPLOYER, Relation.APPLICANT) in parties and FOR not in request.GET:
        return made
    if (Part.EMPLOYER, Relation.EMPLOYER) not in parties:
        raise Http404
    own = persons_visible_to(user_of(request)).select_related("home", "profile")
    made.person = get_object_or_404(own, number=request.GET.get(FOR, ""), home=home)
    return made


def _has_to_choose(request: HttpRequest, service_id: str) -> bool:
    """An employer that has not said yet for whom of its people it applies."""
    scope = current_scope(request)
    service = service_or_404(scope.pack, service_id)
    parties = {(party.role, party.relation) for post in service.first.posts for party in post.who}
    return (
        scope.role == Role.EMPLOYER
        and request.method != "POST"
        and FOR not in request.GET
        and (Part.EMPLOYER, Relation.EMPLOYER) in parties
        and (Part.EMPLOYER, Relation.APPLICANT) not in parties
    )


def _choosing(request: HttpRequest, service_id: str) -> HttpResponse:
    """The unit's own people, to choose one from."""
    scope = current_scope(request)
    home = Organisation.objects.get(code=scope.pack.root)
    people = persons_visible_to(user_of(request)).filter(home=home).order_by("name_key", "pk")
    wanted = sought(request).get("q", "").replace("\0", "").strip()[:60]
    found = people.filter(name__contains=wanted) if wanted else people
    context = {
        "title": scope.pack.services[service_id].title.in_language(scope.language),
        "q": wanted,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "action": reverse("portal:apply", args=[service_id]),
    }
    return render(request, "portal/services/choose.html", context)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@seeks
def apply(request: HttpRequest, service_id: str) -> HttpResponse:
    """Fill in. Every POST saves the draft; ``next`` goes on to the check when nothing is missing."""
    if _has_to_choose(request, service_id):
        return _choosing(request, service_id)
    application = application_of(request, service_id)
    application.read_draft()
    if request.method != "POST":
        _take_up(application)
        return _filling(application, application.form())
    application.take(request.POST)
    form = application.form(request.POST, request.FILES)
    complete = form.is_valid()
    with transaction.atomic():
        application.materials |= form.keep_files(request, application.home)
        application.save()
    if "next" not in request.POST:
        return _filling(application, application.form() if complete or wants_part(request) else form)
    refused = application.refused()
    if refused is None and not form.errors:
        return go(request, application.address("apply-review"))
    if refused is not None:
        form.tell(CaseRefused(refused.why, _untold(form, refused)))
    return _filling(application, form, 422)


def _take_up(application: Application) -> None:
    """What a visitor typed before signing in becomes the draft, unless there is one."""
    begun = application.request.session.get(BEGUN)
    if begun is None or begun["service"] != application.service.id or application.saved_at is not None:
        return
    del application.request.session[BEGUN]
    fields = application.service.fields
    application.answers = {
        name: value for name, value in begun["answers"].items() if name in fields and value != ""
    }
    application.save()


def _untold(form: ServiceForm, refused: CaseRefused) -> dict[str, Text]:
    """What the form's own fields have not said already."""
    return {name: text for name, text in refused.fields.items() if FIELD + name not in form.errors}


def _filling(application: Application, form: ServiceForm, status: int = 200) -> HttpResponse:
    context = {
        "application": application,
        "service": application.service,
        "form": form,
        "known": application.known_rows(),
        "attachments": [
            (bound, application.files().get(bound.name.removeprefix(MATERIAL), []))
            for bound in form.attachments
        ],
        "action": application.address("apply"),
        "may_edit": not application.edit,
        "steps": steps_of("fill"),
    }
    return render_part(application.request, "portal/services/apply.html#form", context, status)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def apply_review(request: HttpRequest, service_id: str) -> HttpResponse:
    """Check what was filled in (GET), hand it in (POST)."""
    if _has_to_choose(request, service_id):
        return go(request, "portal:apply", service_id)
    application = application_of(request, service_id)
    application.read_draft()
    if application.saved_at is None or application.refused() is not None:
        return go(request, application.address("apply"))
    problem = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                case = _hand_in(application)
            messages.success(request, _("已提交，编号 %(number)s。") % {"number": case.number})
            return go(request, "portal:case", case.number)
        except CaseRefused as refused:
            problem = clauses(
                text.in_language(application.scope.language)
                for text in (refused.reason, *refused.fields.values())
            )
        except NotTakenIn as frozen:
            problem = str(frozen)
    context = {
        "application": application,
        "service": application.service,
        "sections": application.sections(),
        "materials": application.material_rows(),
        "back": application.address("apply"),
        "action": application.address("apply-review"),
        "problem": problem,
        "steps": steps_of("check"),
    }
    return render(request, "portal/services/review.html", context, status=422 if problem else 200)


def _hand_in(application: Application) -> Case:
    return submit_application(
        home=application.home,
        service=application.service.id,
        by=user_of(application.request),
        answers=application.answers,
        materials=application.materials,
        person=application.person,
        unit=None if application.person else application.unit,
    )


@for_roles(*PEOPLE)
@require_POST
def apply_drop(request: HttpRequest, service_id: str) -> HttpResponse:
    """Throw the draft away."""
    application = application_of(request, service_id)
    drop_draft(
        user=user_of(request),
        home=application.home,
        service=application.service.id,
        person=application.person,
    )
    messages.success(request, _("草稿已删除。"))
    return go(request, "portal:cases")


def steps_of(now: str) -> list[words.StepRow]:
    """Where an applicant stands: fill in, check, handed in."""
    titles = {"fill": _("填写"), "check": _("核对"), "done": _("提交")}
    order = list(titles)
    return [
        words.StepRow(
            title, "now" if key == now else "done" if order.index(key) < order.index(now) else "next"
        )
        for key, title in titles.items()
    ]
