"""Bundles (一件事) and joint applications: choose, fill in, check, hand in all or none."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.services.actions import (
    NotTakenIn,
    Part,
    TogetherRefused,
    drop_draft,
    submit_together,
)
from juxian.core.services import CaseRefused
from juxian.core.services.bundles import joined_form, joined_materials
from juxian.web.kit import cases as words
from juxian.web.kit.access import for_roles, public, user_of
from juxian.web.kit.formats import clauses, language
from juxian.web.kit.jointforms import JointForm
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part, wants_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks, sought
from juxian.web.kit.services import conditions, service_row
from juxian.web.kit.uploads import checks_files
from juxian.web.portal.places import place_or_404
from juxian.web.portal.services.applying import FOR, PAGE_SIZE, PEOPLE, steps_of
from juxian.web.portal.services.together import BASKET, MOST, Together, together_of


def _has_to_choose(request: HttpRequest) -> bool:
    """An employer that has not said yet for whom of its people."""
    return (
        current_scope(request).role == Role.EMPLOYER and request.method != "POST" and FOR not in request.GET
    )


def _whom(request: HttpRequest, key: str) -> HttpResponse:
    """The unit's own people, to choose one from."""
    scope = current_scope(request)
    if key != BASKET and (
        key not in scope.pack.bundles or scope.role not in scope.pack.bundles[key].audience
    ):
        raise Http404
    home = Organisation.objects.get(code=scope.pack.root)
    people = persons_visible_to(user_of(request)).filter(home=home).order_by("name_key", "pk")
    wanted = sought(request).get("q", "").replace("\0", "").strip()[:60]
    context = {
        "title": _("组合申请")
        if key == BASKET
        else scope.pack.bundles[key].title.in_language(scope.language),
        "q": wanted,
        "page": Paginator(people.filter(name__contains=wanted) if wanted else people, PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "action": reverse("portal:together", args=[key]),
    }
    return render(request, "portal/services/choose.html", context)


@public
@require_safe
def bundle(request: HttpRequest, pack: str, bundle_id: str) -> HttpResponse:
    """What a bundle is: its services and their conditions, everything that is asked, once."""
    place, spoken = place_or_404(pack), language()
    found, scope = place.bundles.get(bundle_id), current_scope(request)
    if found is None:
        raise Http404
    services = [place.services[name] for name in found.services]
    questions = [question for section in joined_form(services) for question in section.questions]
    titles = {service.id: service.title.in_language(spoken) for service in services}
    context = {
        "pack": place,
        "bundle": found,
        "title": found.title.in_language(spoken),
        "summary": found.summary.in_language(spoken),
        "entries": [
            (
                service_row(place.services[entry.service], spoken),
                conditions(entry.when, place.schema, spoken),
                entry.chosen,
            )
            for entry in found.entries
        ],
        "asked": len(questions),
        "apart": sum(len(service.fields) for service in services),
        "known": sum(1 for question in questions if question.field.prefill),
        "materials": [
            (item.material.title.in_language(spoken), [titles[name] for name in item.services])
            for item in joined_materials(services)
        ],
        "may_apply": scope.pack.code == place.code and scope.role in ("", *found.audience),
    }
    return render(request, "portal/services/bundle.html", context)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@seeks
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Tick what is wanted (GET); keep the choice and go on to the form (POST)."""
    if _has_to_choose(request):
        return _whom(request, key)
    joint = together_of(request, key)
    joint.read_draft()
    before = {part.service.id for part in joint.parts} if joint.saved_at else None
    offers, problem = joint.offers(before), ""
    if request.method == "POST":
        ticked = set(request.POST.getlist("service"))
        wanted = [
            offer.service.id for offer in offers if offer.state == "offered" and offer.service.id in ticked
        ]
        if wanted and len(wanted) <= MOST:
            kept = {part.service.id: part.answers for part in joint.parts}
            files = {
                f"{part.service.id}:{name}": ids
                for part in joint.parts
                for name, ids in part.materials.items()
            }
            joint.begin(wanted, kept, files)
            joint.save()
            return go(request, joint.address("together-form"))
        problem = (
            _("请至少选择一个事项。") if not wanted else _("一次最多选择 %(most)d 个事项。") % {"most": MOST}
        )
    context = {
        "joint": joint,
        "offers": [offer for offer in offers if offer.state == "offered"],
        "left_out": [offer for offer in offers if offer.state != "offered"],
        "action": joint.address("together"),
        "problem": problem,
        "steps": _steps("choose"),
    }
    return render(request, "portal/services/together_choose.html", context, status=422 if problem else 200)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@seeks
def form(request: HttpRequest, key: str) -> HttpResponse:
    """Fill in. Every POST saves the draft; ``next`` goes on to the check when nothing is missing."""
    if _has_to_choose(request):
        return _whom(request, key)
    joint = together_of(request, key)
    joint.read_draft()
    if not joint.parts:
        return go(request, joint.address("together"))
    if request.method != "POST":
        return _filling(joint, joint.form())
    joint.take(request.POST)
    found = joint.form(request.POST, request.FILES)
    complete = found.is_valid()
    with transaction.atomic():
        joint.keep(found.keep_files(request, joint.home))
        joint.save()
    if "next" not in request.POST:
        return _filling(joint, joint.form() if complete or wants_part(request) else found)
    refused = joint.refused()
    if not refused and not found.errors:
        return go(request, joint.address("together-review"))
    found.tell_of(refused)
    return _filling(joint, found, 422)


def _filling(joint: Together, found: JointForm, status: int = 200) -> HttpResponse:
    context = {
        "joint": joint,
        "form": found,
        "known": joint.known_rows(),
        "attachments": joint.attachments(found),
        "action": joint.address("together-form"),
        "back": joint.address("together"),
        "may_edit": not joint.edit,
        "steps": _steps("fill"),
    }
    return render_part(joint.request, "portal/services/together_form.html#form", context, status)


@for_roles(*PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
@seeks
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Check (GET), hand in all or none (POST). What one service refuses leads back to its fields."""
    if _has_to_choose(request):
        return go(request, "portal:together", key)
    joint = together_of(request, key)
    joint.read_draft()
    if not joint.parts:
        return go(request, joint.address("together"))
    if joint.refused():
        return go(request, joint.address("together-form"))
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                cases = submit_together(
                    home=joint.home,
                    parts=[
                        Part(part.service.id, {**part.given, **part.answers}, part.materials)
                        for part in joint.parts
                    ],
                    by=user_of(request),
                    person=joint.person,
                )
                joint.drop()
                if key == BASKET:
                    drop_draft(user=user_of(request), home=joint.home, service=BASKET, person=None)
        except TogetherRefused as told:
            problems = [
                (joint.part(name).service.title.in_language(joint.scope.language), _words(why, joint))
                for name, why in told.refused.items()
            ]
        else:
            messages.success(request, _("已提交 %(count)d 个事项。") % {"count": len(cases)})
            if len(cases) == 1:
                return go(request, "portal:case", cases[0].number)
            return go(request, "portal:group", cases[0].group)
    context = {
        "joint": joint,
        "parts": [
            (part.service.title.in_language(joint.scope.language), part.sections(), part.material_rows())
            for part in joint.parts
        ],
        "back": joint.address("together-form"),
        "action": joint.address("together-review"),
        "problems": problems,
        "steps": _steps("check"),
    }
    return render(request, "portal/services/together_review.html", context, status=422 if problems else 200)


def _words(why: CaseRefused | NotTakenIn, joint: Together) -> str:
    if isinstance(why, NotTakenIn):
        return str(why)
    spoken = joint.scope.language
    return clauses(text.in_language(spoken) for text in (why.reason, *why.fields.values()))


@for_roles(*PEOPLE)
@require_POST
def drop(request: HttpRequest, key: str) -> HttpResponse:
    """Throw the draft away; a basket keeps its services."""
    together_of(request, key).drop()
    messages.success(request, _("草稿已删除。"))
    return go(request, "portal:cases")


def _steps(now: str) -> list[words.StepRow]:
    first = words.StepRow(_("选择事项"), "now" if now == "choose" else "done")
    rest = (
        steps_of(now) if now != "choose" else [words.StepRow(row.title, "next") for row in steps_of("fill")]
    )
    return [first, *rest]
