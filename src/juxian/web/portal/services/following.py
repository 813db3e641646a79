"""Own cases: where they stand, what is asked, letters, rating (我的办件)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import AlreadyRated, Overtaken, Wanted, act_on_case, rate
from juxian.apps.services.models import Case, Draft, Rating
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load, open_seats
from juxian.apps.services.queries.materials import files_of
from juxian.apps.services.queries.possible import Choice, choices_of, safe_action
from juxian.apps.services.queries.queue import page_of, which_wait, work_of
from juxian.apps.services.queries.visible import visible_to
from juxian.apps.services.rules import may_rate
from juxian.core.packs.schema import Pack
from juxian.core.services import CaseRefused, Service
from juxian.core.services.answers import shown_fields
from juxian.core.services.definition import FormField, Material
from juxian.web.kit import cases as words
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import clauses
from juxian.web.kit.once import once
from juxian.web.kit.openings import CASE, note_opening
from juxian.web.kit.qr import qr_svg
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.serviceforms import ServiceForm
from juxian.web.kit.typed import whole_number, words_in
from juxian.web.kit.uploads import checks_files
from juxian.web.portal.services.applying import PEOPLE
from juxian.web.portal.services.together import BASKET

PAGE_SIZE = 20
LONGEST_REASON, LONGEST_NOTE = 2000, 200
BAD_ENDS = ("refuse", "fail", "decline", "withdraw")
BY_FORM = ("supplement", "submit")  # need the form


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list."""

    case: Case
    title: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    title: str
    who: str
    address: str
    draft: Draft


def own_case(request: HttpRequest, number: str) -> Case:
    """A case that the user may see, with its parts; 404 for any other."""
    return get_object_or_404(visible_to(user_of(request)).select_related(*CASE_PARTS), number=number)


@for_roles(*PEOPLE)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Drafts, what waits for the user, and all own cases, the newest first."""
    scope = current_scope(request)
    found = visible_to(user_of(request)).select_related("definition").order_by("-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    work = work_of(user_of(request), scope.as_of)
    seats, _further = page_of(
        [which_wait(part, waits) for part in work for waits in (False, True)], None, PAGE_SIZE
    )
    waiting = [
        (seat, _line(seat.case, scope), safe_action(service_of(seat.case), seat.turn)) for seat in seats
    ]
    context = {
        "page": page,
        "rows": [_line(case, scope) for case in page.object_list],
        "drafts": _drafts(request, scope),
        "waiting": waiting,
        "any_safe": scope.role == Role.EMPLOYER and any(safe for _seat, _row, safe in waiting),
    }
    return render(request, "portal/services/cases.html", context)


def _line(case: Case, scope: Scope) -> CaseLine:
    service = service_of(case)
    tone = "warn" if case.supplementing else words.RESULT_TONES.get(case.result, "info")
    return CaseLine(
        case,
        service.title.in_language(scope.language),
        words.title_of(service, case.state, scope.language),
        tone,
    )


def _drafts(request: HttpRequest, scope: Scope) -> list[DraftLine]:
    drafts = Draft.objects.filter(user=user_of(request), home__code=scope.pack.root).select_related("person")
    return [
        DraftLine(title, draft.person.name if draft.person else "", address, draft)
        for draft in drafts.order_by("-saved_at")[:PAGE_SIZE]
        for title, address in [_of_draft(draft, scope.pack, scope.language)]
        if title
    ]


def _of_draft(draft: Draft, pack: Pack, language: str) -> tuple[str, str]:
    """Title and address of what was begun; empty where it is no longer offered."""
    kind, _colon, key = draft.service.partition(":")
    if kind == "bundle":
        bundle = pack.bundles.get(key)
        if bundle is None and key != BASKET:
            return "", ""
        title = bundle.title.in_language(language) if bundle else _("组合申请")
        address = reverse("portal:together-form", args=[key])
    elif draft.service in pack.services:
        title = pack.services[draft.service].title.in_language(language)
        address = reverse("portal:apply", args=[draft.service])
    else:
        return "", ""
    return title, f"{address}?for={draft.person.number}" if draft.person else address


@for_roles(*PEOPLE)
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    found = own_case(request, number)
    if found.person is not None:
        note_opening(request, found.person, action=CASE, case=found.number)
    return show(request, found)


def show(request: HttpRequest, found: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a case for its applicant or their employer; ``more``: what a refused action adds."""
    scope, user = current_scope(request), user_of(request)
    service, loaded, language = service_of(found), load(found), current_scope(request).language
    events = list(found.events.select_related("actor"))
    seats = open_seats(found)
    choices = [choice for choice in choices_of(user, service, loaded, seats) if not choice.for_applicant]
    link = request.build_absolute_uri(reverse("portal:progress", args=[scope.pack.code]))
    context = {
        "case": found,
        "service": service,
        "state_title": words.title_of(service, found.state, language),
        "tone": words.RESULT_TONES.get(found.result, "info"),
        "steps": words.step_rows(service, found, events, language),
        "sections": words.answer_sections(service, loaded.state, language, day=scope.as_of),
        "materials": words.material_rows(service, loaded.state, files_of(found), language, scope.as_of),
        "history": words.history_rows(events, service, language),
        "letters": [
            (letter, *letter.words(language)) for letter in found.letters.order_by("-pk") if not letter.held
        ],
        "marks": marked(service, loaded, language),
        "may_supplement": any(choice.possible.action == "supplement" for choice in choices),
        "turns": _turns(service, choices, language),
        "markable": _markable(service, loaded, scope),
        "waiting": [(service.posts[seat.turn.key].title, seat) for seat in seats],
        "qr": qr_svg(
            f"{link}?number={found.number}", _("办件编号 %(number)s 的二维码") % {"number": found.number}
        ),
        "rating": Rating.objects.filter(case=found).first(),
        "may_rate": bool(may_rate(user, found)),
        "group": visible_to(user).filter(group=found.group).exclude(pk=found.pk).select_related("definition")
        if found.group
        else (),
        **more,
    }
    return render(request, "portal/services/case.html", context, status=status)


def marked(service: Service, loaded: Loaded, language: str) -> list[tuple[str, str]]:
    """(title, note) of what has to be supplemented."""
    items: dict[str, FormField | Material] = {**service.fields, **service.materials}
    return [(items[mark.name].title.in_language(language), mark.note) for mark in loaded.state.marks]


@dataclass(frozen=True, slots=True)
class TurnForm:
    """What the user may do in one place of work. buttons: (action, title, tone)."""

    key: str
    title: str
    buttons: list[tuple[str, str, str]]
    may_return: bool
    reason_needed: bool


def _turns(service: Service, choices: list[Choice], language: str) -> list[TurnForm]:
    groups: dict[str, list[Choice]] = {}
    for choice in choices:
        if choice.possible.action not in BY_FORM:
            groups.setdefault(choice.possible.task, []).append(choice)
    found = []
    for key, group in groups.items():
        post = service.posts.get(key)
        buttons = [
            (
                choice.possible.action,
                choice.possible.title.in_language(language),
                "danger" if choice.possible.action in BAD_ENDS else "primary",
            )
            for choice in group
            if choice.possible.action != "return"
        ]
        returning = len(buttons) < len(group)
        needed = any(choice.possible.reason for choice in group)
        found.append(
            TurnForm(key, post.title.in_language(language) if post else "", buttons, returning, needed)
        )
    return found


def _markable(service: Service, loaded: Loaded, scope: Scope) -> list[tuple[str, str]]:
    shown = shown_fields(service, loaded.state.answers, loaded.state.profile, scope.as_of)
    items: list[FormField | Material] = [*shown.values(), *service.materials.values()]
    return [(item.name, item.title.in_language(scope.language)) for item in items]


class ActForm(forms.Form):
    """task: key of the turn, empty for a withdrawal. version: of the page."""

    action = forms.CharField(max_length=64)
    task = forms.CharField(max_length=130, required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)


@for_roles(*PEOPLE)
@require_POST
@once
def case_act(request: HttpRequest, number: str) -> HttpResponse:
    """Endorse, decline, return, confirm, withdraw: one action, with the version that the page showed."""
    found, form = own_case(request, number), ActForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, problem=_("请选择要办理的动作。"))
    given = form.cleaned_data
    marks = [
        (name[:64], words_in(request.POST.get(f"note-{name}", ""), LONGEST_NOTE))
        for name in request.POST.getlist("mark")[:200]
    ]
    wanted = Wanted(given["action"], given["task"], given["reason"].strip(), marks=marks)
    problem = _done(request, found, wanted, given["version"])
    if problem:
        return show(request, own_case(request, number), status=422, problem=problem, typed=given)
    messages.success(request, _("已办理。"))
    return go(request, "portal:case", number)


def _done(request: HttpRequest, found: Case, wanted: Wanted, version: int) -> str:
    """Carry it out; what was wrong in words, or nothing."""
    language = current_scope(request).language
    try:
        with transaction.atomic():
            act_on_case(case=found, wanted=wanted, by=user_of(request), expected_version=version)
    except Overtaken as told:
        return str(told)
    except CaseRefused as refused:
        return clauses(text.in_language(language) for text in (refused.reason, *refused.fields.values()))
    return ""


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """What was marked is given again, and nothing else; back to the case when nothing is asked of the user."""
    found, scope = own_case(request, number), current_scope(request)
    service, loaded = service_of(found), load(found)
    if not any(
        choice.possible.action == "supplement"
        for choice in choices_of(user_of(request), service, loaded, open_seats(found))
    ):
        if request.method == "POST":
            raise Http404
        return go(request, "portal:case", number)
    state = loaded.state
    form = ServiceForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        service=service,
        language=scope.language,
        day=scope.as_of,
        known=state.answers,
        profile=state.profile,
        only=_to_supplement(service, loaded, scope),
        home=found.home,
    )
    if request.method == "POST" and form.is_valid():
        kept = form.keep_files(request, found.home)
        if not form.errors:
            wanted = Wanted("supplement", answers=form.answers(), materials=kept)
            if _supplemented(request, found, wanted, form):
                messages.success(request, _("补正已提交，办理时限继续计算。"))
                return go(request, "portal:case", number)
    context = {
        "case": found,
        "service": service,
        "form": form,
        "marks": marked(service, loaded, scope.language),
    }
    return render(request, "portal/services/supplement.html", context, status=422 if form.errors else 200)


def _to_supplement(service: Service, loaded: Loaded, scope: Scope) -> set[str]:
    """What is marked, and fields that were not asked before because of a marked answer."""
    marked = {mark.name for mark in loaded.state.marks}
    shown = shown_fields(service, {}, loaded.state.profile, scope.as_of)
    unasked = {
        name for name, field in shown.items() if field.shown_if and set(field.shown_if.fields) & marked
    }
    return marked | unasked


def _supplemented(request: HttpRequest, found: Case, wanted: Wanted, form: ServiceForm) -> bool:
    version = request.POST.get("version", "")
    try:
        with transaction.atomic():
            act_on_case(
                case=found,
                wanted=wanted,
                by=user_of(request),
                expected_version=whole_number(version),
            )
    except Overtaken as told:
        form.add_error(None, str(told))
    except CaseRefused as refused:
        form.tell(refused)
    return not form.errors


@for_roles(*PEOPLE)
@require_safe
def letter(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One letter, to be printed."""
    found = own_case(request, number)
    sent = get_object_or_404(found.letters.filter(held=False), pk=pk)
    subject, body = sent.words(current_scope(request).language)
    context = {"case": found, "letter": sent, "subject": subject, "body": body}
    return render(request, "portal/services/letter.html", context)


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=gettext_lazy("评价"),
        coerce=int,
        choices=[
            ("5", gettext_lazy("非常满意")),
            ("4", gettext_lazy("满意")),
            ("3", gettext_lazy("基本满意")),
            ("2", gettext_lazy("不满意")),
            ("1", gettext_lazy("非常不满意")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(max_length=LONGEST_REASON, required=False)


@for_roles(*PEOPLE)
@require_POST
@once
def case_rate(request: HttpRequest, number: str) -> HttpResponse:
    """The applicant's opinion once the case has ended (好差评)."""
    found, form = own_case(request, number), RatingForm(request.POST)
    if not may_rate(user_of(request), found):
        raise Http404
    if not form.is_valid():
        return show(request, found, status=422, problem=_("请选择一项评价。"))
    try:
        rate(
            case=found,
            stars=form.cleaned_data["stars"],
            words=form.cleaned_data["words"],
            by=user_of(request),
        )
    except AlreadyRated as told:
        messages.warning(request, str(told))
    else:
        messages.success(request, _("谢谢您的评价。"))
    return go(request, "portal:case", number)
