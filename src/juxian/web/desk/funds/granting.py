"""From who is entitled to promises (从筛查结果核定)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.grants import grant_benefit
from juxian.apps.funds.models import Grant
from juxian.apps.funds.queries.household import households
from juxian.apps.funds.rules import NotPossible, may_manage_funds
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.policies.models import Determination, SweepRun
from juxian.apps.policies.queries import benefit_totals, newest_run
from juxian.core.ledger.refusals import Refused
from juxian.core.packs.schema import Pack
from juxian.web.desk.funds.finding import home_here, told
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import labelled
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.typed import whole_numbers

PAGE_SIZE = 50
SHOWN_REFUSALS = 5


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def grant_new(request: HttpRequest) -> HttpResponse:
    """Choose a benefit, then the persons whom the newest run found entitled and who have no grant of it."""
    home, scope = home_here(request), current_scope(request)
    may_manage_funds(user_of(request), home).or_refuse()
    run = newest_run(scope.pack.code)
    word = (request.POST if request.method == "POST" else request.GET).get("benefit", "")
    choices = _choices(scope, run)
    word = word if word in dict(choices) else ""
    if request.method == "POST" and run and word:
        chosen = whole_numbers(request.POST.getlist("person"))[:PAGE_SIZE]
        if chosen:
            _grant(request, home, run, word, chosen)
            return go(request, "desk:grants")
        messages.error(request, _("请先勾选人员。"))
    candidates = _candidates(home, run, word) if run and word else Determination.objects.none()
    page = Paginator(candidates.select_related("person__home"), PAGE_SIZE).get_page(request.GET.get("page"))
    known = households([item.person for item in page], word, scope.pack, scope.language)
    context = {
        "run": run,
        "choices": choices,
        "word": word,
        "page": page,
        "rows": [(item, known[item.person_id]) for item in page],
        "home": home,
        "payable": bool(word) and bool(scope.pack.funds.lines_for(word)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/funds/grant_new.html", context, status=status)


def _choices(scope: Scope, run: SweepRun | None) -> list[tuple[str, str]]:
    """``policy/benefit`` and its title, of those that give money to somebody."""
    found = [
        (f"{policy}/{benefit}", _title(scope.pack, policy, benefit, scope.language))
        for (policy, benefit), total in benefit_totals(run).items()
        if total.entitled and total.amount_fen
    ]
    return sorted(found, key=lambda pair: pair[1])


def _title(pack: Pack, policy: str, benefit: str, language: str) -> str:
    known = pack.policies.get(policy)
    if known is None or benefit not in known.benefits:
        return f"{policy}/{benefit}"
    return f"{known.title.in_language(language)} · {known.benefits[benefit].title.in_language(language)}"


def _candidates(home: Organisation, run: SweepRun, word: str) -> Any:
    policy, _slash, benefit = word.partition("/")
    given = Grant.objects.filter(home=home, policy=policy, benefit=benefit).values("person_id")
    rows = Determination.objects.filter(
        answer__run=run,
        answer__policy=policy,
        answer__benefit=benefit,
        answer__verdict="yes",
        amount_fen__gt=0,
        person__merged_into=None,
    )
    return rows.exclude(person__in=given).select_related("person").order_by("pk")


def _grant(request: HttpRequest, home: Organisation, run: SweepRun, word: str, chosen: list[int]) -> None:
    """Each by itself: one that is refused does not stop the others."""
    policy, _slash, benefit = word.partition("/")
    rows = _candidates(home, run, word).filter(person__in=chosen).values("person_id")
    granted, refused = 0, []
    for person in Person.objects.filter(pk__in=rows, home=home).select_related("home").order_by("pk"):
        try:
            with transaction.atomic():
                grant_benefit(
                    person=person,
                    policy=policy,
                    benefit=benefit,
                    source_key=f"sweep:{run.as_of}:{word}:{person.pk}",
                    by=user_of(request),
                    day=current_scope(request).as_of,
                )
            granted += 1
        except (NotPossible, Refused) as why:
            refused.append(labelled(person.name, told(why)))
    if granted:
        messages.success(request, _("已核定 %(number)s 项。") % {"number": granted})
    for words in refused[:SHOWN_REFUSALS]:
        messages.warning(request, words)
    if len(refused) > SHOWN_REFUSALS:
        messages.warning(
            request, _("另有 %(number)s 人未能核定。") % {"number": len(refused) - SHOWN_REFUSALS}
        )
