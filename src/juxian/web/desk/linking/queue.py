"""The queue of doubtful pairs (查重核对): by evidence class, strongest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.linking.actions import SampleTooSmall, decide_class
from juxian.apps.linking.actions.deciding import SAMPLE
from juxian.apps.linking.models import Pair
from juxian.apps.linking.queries import ClassStanding, classes_waiting, merges_visible_to, pairs_visible_to
from juxian.apps.linking.rules import may_settle
from juxian.core.identity.linking.judging import CLASS_OF
from juxian.core.identity.linking.signs import BY_NAME, HARD, names_in
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE, MERGES_SHOWN = 20, 10


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One evidence class in words. ready: enough pairs were looked at, all of them one person."""

    standing: ClassStanding
    title: str
    ready: bool


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair in words; the signs that decide, for and against."""

    pair: Pair
    title: str
    signs_for: list[str]
    against: list[str]


@for_roles(Role.OFFICE)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Classes with what waits, the pairs of one class or of all, and the latest merges."""
    scope = current_scope(request)
    home = home_of(scope)
    classes = classes_waiting(home)
    wanted = request.GET.get("evidence", "")
    pairs = pairs_visible_to(user_of(request)).waiting().filter(home=home)
    if wanted in CLASS_OF:
        pairs = pairs.filter(evidence=wanted)
    page = Paginator(pairs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "classes": [_class_row(item, scope.language) for item in classes],
        "waiting": sum(item.waiting for item in classes),
        "wanted": wanted if wanted in CLASS_OF else "",
        "page": page,
        "rows": [pair_row(item, scope.language) for item in page],
        "merges": merges_visible_to(user_of(request)).filter(keep__home=home, undone_at=None)[:MERGES_SHOWN],
        "sample": SAMPLE,
        "form": ReasonForm(),
    }
    return render_part(request, "desk/linking/queue.html#list", context)


@for_roles(Role.OFFICE)
@require_POST
def settle_class(request: HttpRequest) -> HttpResponse:
    """Merge what waits in one class after its sample; a second time finds nothing left."""
    home = home_of(current_scope(request))
    may_settle(user_of(request), home).or_refuse()
    form = ReasonForm(request.POST)
    evidence = request.POST.get("evidence", "")
    if not form.is_valid() or evidence not in CLASS_OF:
        messages.error(request, _("请写明理由。"))
        return go(request, "desk:linking")
    try:
        done = decide_class(
            home=home, evidence=evidence, by=user_of(request), reason=form.cleaned_data["reason"]
        )
    except SampleTooSmall as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已合并 %(count)d 对。") % {"count": done})
    return go(request, "desk:linking")


def pair_row(pair: Pair, language: str) -> PairRow:
    """A pair with its signs in words, hard ones first."""
    names = sorted(names_in(pair.signs), key=lambda name: (name not in HARD, list(BY_NAME).index(name)))
    words = {name: BY_NAME[name].words.in_language(language) for name in names}
    return PairRow(
        pair,
        CLASS_OF[pair.evidence].words.in_language(language),
        [words[name] for name in names if BY_NAME[name].speaks == "for"],
        [words[name] for name in names if BY_NAME[name].speaks == "against"],
    )


def _class_row(standing: ClassStanding, language: str) -> ClassRow:
    ready = standing.seen >= SAMPLE and standing.agreed == standing.seen
    return ClassRow(standing, CLASS_OF[standing.evidence].words.in_language(language), ready)
