"""Services that anybody may ask for without an account (免登录办理), and what somebody without one follows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions import (
    NotTakenIn,
    Overtaken,
    TooManyVisits,
    Wanted,
    act_on_case,
    ask_as_visitor,
    count_visit,
)
from juxian.apps.services.actions.visiting import PUBLIC
from juxian.apps.services.models import Case
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, load
from juxian.core.packs.schema import Pack
from juxian.core.services import CaseRefused, Service, check_answers
from juxian.web.kit import cases as words
from juxian.web.kit.access import public
from juxian.web.kit.errors import too_many
from juxian.web.kit.formats import language
from juxian.web.kit.once import once
from juxian.web.kit.origin import address_of
from juxian.web.kit.qr import qr_svg
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.serviceforms import ServiceForm
from juxian.web.kit.uploads import checks_files
from juxian.web.portal.places import place_or_404
from juxian.web.portal.services.applying import BEGUN
from juxian.web.portal.services.following import marked
from juxian.web.portal.services.guides import may_hand_in, service_or_404

WORDS = "asked-words"  # key in a session: number of a case → its word
MOST_FOLLOWED = 20


def visitor_address(request: HttpRequest) -> str:
    """Network address of the visitor; behind a proxy, the one that the proxy saw."""
    return address_of(request)


def public_service_or_404(place: Pack, service_id: str) -> Service:
    service = service_or_404(place, service_id)
    if PUBLIC not in service.audience:
        raise Http404
    return service


@public
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def ask(request: HttpRequest, pack: str, service_id: str) -> HttpResponse:
    """Fill in and hand in without an account. ``sign-in`` keeps what was typed and goes on after signing in."""
    place, scope = place_or_404(pack), current_scope(request)
    service = public_service_or_404(place, service_id)
    if scope.role == "person" and scope.pack.code == place.code and may_hand_in(service, False):
        return go(request, "portal:apply", service.id)
    home = Organisation.objects.get(code=place.root)
    form = _form(request, service, home)
    if "sign-in" in request.POST:
        request.session[BEGUN] = {"service": service.id, "answers": form.raw()}
        return redirect_to_login(reverse("portal:apply", args=[service.id]))
    problem = ""
    if request.method == "POST":
        try:
            count_visit(
                kind="ask",
                address=visitor_address(request),
                allowed=settings.JUXIAN_VISITOR_ASKS_PER_HOUR,
            )
        except TooManyVisits as told:
            return too_many(request, str(told))
        if form.is_valid():
            case, problem = _asked(request, service, home, form)
            if case is not None:
                return go(request, "portal:asked", place.code, case.number)
    context = {
        "pack": place,
        "service": service,
        "form": form,
        "problem": problem,
        "may_sign_in": scope.role == "",
    }
    status = 422 if form.errors or problem else 200
    return render(request, "portal/services/ask.html", context, status=status)


def _form(request: HttpRequest, service: Service, home: Organisation) -> ServiceForm:
    """With the fields that the answers so far show."""
    posted = request.method == "POST"
    asked: dict[str, Any] = {
        "service": service,
        "language": language(),
        "day": current_scope(request).as_of,
        "home": home,
    }
    form = ServiceForm(request.POST if posted else None, request.FILES if posted else None, **asked)
    if not posted:
        return form
    values = check_answers(service, form.raw(), {}, asked["day"]).values
    return ServiceForm(request.POST, request.FILES, known=values, **asked)


def _asked(
    request: HttpRequest, service: Service, home: Organisation, form: ServiceForm
) -> tuple[Case | None, str]:
    """The new case, its word kept in the session; or None and what stands against it as a whole."""
    try:
        with transaction.atomic():
            materials = form.keep_files(request, home)
            if form.errors:
                return None, ""
            case, word = ask_as_visitor(
                home=home, service=service.id, answers=form.answers(), materials=materials
            )
    except CaseRefused as refused:
        form.tell(refused)
        return None, ""
    except NotTakenIn as frozen:
        return None, str(frozen)
    remember(request, case.number, word)
    return case, ""


def remember(request: HttpRequest, number: str, word: str) -> None:
    """This session has shown the word of a case; ``word`` is shown again on its page."""
    kept = {key: value for key, value in request.session.get(WORDS, {}).items() if key != number}
    newest = list(kept.items())[-(MOST_FOLLOWED - 1) :]
    request.session[WORDS] = {**dict(newest), number: word}


def asked_case(request: HttpRequest, place: Pack, number: str) -> Case:
    """A case whose word this session has shown; 404 for every other number, whether it exists or not."""
    if number not in request.session.get(WORDS, {}):
        raise Http404
    cases = Case.objects.select_related(*CASE_PARTS).filter(home__pack=place.code, person=None, unit=None)
    return get_object_or_404(cases, number=number)


@public
@require_safe
@never_cache
def asked(request: HttpRequest, pack: str, number: str) -> HttpResponse:
    """Receipt, progress and answer for who asked without an account."""
    place, spoken = place_or_404(pack), language()
    case = asked_case(request, place, number)
    service, loaded = service_of(case), load(case)
    link = request.build_absolute_uri(reverse("portal:progress", args=[place.code]))
    context = {
        "pack": place,
        "case": case,
        "word": request.session[WORDS][number],
        "title": service.title.in_language(spoken),
        "state_title": words.title_of(service, case.state, spoken),
        "tone": words.RESULT_TONES.get(case.result, "info"),
        "steps": words.step_rows(service, case, list(case.events.all()), spoken),
        "marks": marked(service, loaded, spoken),
        "letters": [
            (letter, *letter.words(spoken)) for letter in case.letters.order_by("-pk") if not letter.held
        ],
        "qr": qr_svg(
            f"{link}?number={case.number}", _("办件编号 %(number)s 的二维码") % {"number": case.number}
        ),
    }
    return render(request, "portal/services/asked.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@checks_files
@once
def asked_supplement(request: HttpRequest, pack: str, number: str) -> HttpResponse:
    """What was marked is given again, and nothing else."""
    place, spoken = place_or_404(pack), language()
    case = asked_case(request, place, number)
    service, loaded = service_of(case), load(case)
    names = {mark.name for mark in loaded.state.marks}
    if not names:
        return go(request, "portal:asked", place.code, number)
    posted = request.method == "POST"
    form = ServiceForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        service=service,
        language=spoken,
        day=today(),
        known=loaded.state.answers,
        only=names,
        home=case.home,
    )
    if posted and form.is_valid():
        try:
            with transaction.atomic():
                kept = form.keep_files(request, case.home)
                if not form.errors:
                    act_on_case(
                        case=case,
                        wanted=Wanted("supplement", answers=form.answers(), materials=kept),
                        by=None,
                    )
        except CaseRefused as refused:
            form.tell(refused)
        except Overtaken as told:
            form.add_error(None, str(told))
        if not form.errors:
            return go(request, "portal:asked", place.code, number)
    context = {
        "pack": place,
        "case": case,
        "title": service.title.in_language(spoken),
        "form": form,
        "marks": marked(service, loaded, spoken),
    }
    return render(
        request, "portal/services/asked_supplement.html", context, status=422 if form.errors else 200
    )
