"""What drafts would change for the register (政策测算): scenarios side by side, worked out in the background."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.actions import DraftWrong, begin_simulation
from juxian.apps.policies.models import PolicyDraft, Simulation
from juxian.apps.policies.queries import drafts_of
from juxian.apps.policies.rules import may_draft
from juxian.apps.policies.tasks import simulate
from juxian.core.facts.values import show_value
from juxian.core.packs.schema import Pack
from juxian.core.policy.comparing import REST
from juxian.web.desk.drafts.forms import LONGEST_TEXT
from juxian.web.desk.scope import home_of
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import names_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_numbers

OTHERS = 5
LONGEST_NAME = 60


class TooLong(Exception):
    """An uploaded text is longer than a policy may be."""


OPEN = (PolicyDraft.State.WRITING, PolicyDraft.State.SUBMITTED)


@for_roles(Role.OFFICE)
@require_POST
@once
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Simulate a draft, and beside it every other open draft of the same policy that was ticked."""
    scope = current_scope(request)
    root = home_of(scope)
    may_draft(user_of(request), root).or_refuse()
    found = get_object_or_404(drafts_of(scope.pack.code), pk=pk)
    wanted = whole_numbers(request.POST.getlist("with"))[:OTHERS]
    others = drafts_of(scope.pack.code, found.policy).filter(state__in=OPEN, pk__in=wanted)
    scenarios = [
        {"name": _("草稿 %(number)s") % {"number": draft.pk}, "text": draft.text}
        for draft in (found, *others.exclude(pk=found.pk).order_by("pk"))
    ]
    try:
        scenarios += [_uploaded(file) for file in request.FILES.getlist("file")[:OTHERS]]
    except (UnicodeDecodeError, TooLong):
        return errors.unprocessable(request, _("方案文件应是 UTF-8 的 YAML 文本，不超过 200 KB。"))
    try:
        simulation = begin_simulation(
            pack=scope.pack,
            policy=found.policy,
            scenarios=scenarios,
            as_of=scope.as_of,
            root=root,
            by=user_of(request),
        )
    except DraftWrong as wrong:
        words = _("草稿或方案文件还有错误，改正后再测算：%(first)s")
        return errors.unprocessable(
            request, words % {"first": wrong.problems[0].message.in_language(scope.language)}
        )
    simulate.enqueue(simulation.pk)
    return go(request, "desk:simulation", pk=simulation.pk)


def _uploaded(file: UploadedFile) -> dict[str, str]:
    """A file as a scenario, named after it."""
    if (file.size or 0) > LONGEST_TEXT:
        raise TooLong
    text = file.read().decode("utf-8-sig").replace("\r\n", "\n").replace("\0", "")
    return {"name": (file.name or "")[:LONGEST_NAME], "text": text}


@for_roles(Role.OFFICE)
@require_safe
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, then the result."""
    scope = current_scope(request)
    may_draft(user_of(request), home_of(scope)).or_refuse()
    found = get_object_or_404(Simulation, pk=pk, pack=scope.pack.code)
    policy = scope.pack.policies.get(found.policy)
    context = {
        "simulation": found,
        "title": policy.title.in_language(scope.language) if policy else found.policy,
        "share": found.done * 1000 // max(1, found.total),
        "scenarios": _shown(found.result or [], scope.pack, scope.language),
        "years": _years(found.result or []),
    }
    return render_part(request, "desk/drafts/simulation.html#result", context)


def _years(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line a year: what is in force, then each scenario."""
    if not results:
        return []
    return [
        {
            "year": year["year"],
            "now": year["before_fen"],
            "then": [result["years"][place]["after_fen"] for result in results],
        }
        for place, year in enumerate(results[0]["years"])
    ]


def _shown(results: list[dict[str, Any]], pack: Pack, language: str) -> list[dict[str, Any]]:
    """The results with words for benefits and groups."""
    titles = {
        (policy.id, benefit.id): benefit.title.in_language(language)
        for policy in pack.policies.values()
        for benefit in policy.benefits.values()
    }
    codes = {group["key"] for result in results for group in result["groups"].get("employer", [])}
    employers = names_of(codes - {REST}, language)
    return [
        {
            **result,
            "change": result["total"]["after"] - result["total"]["before"],
            "benefits": [
                {**benefit, "title": titles.get((benefit["policy"], benefit["benefit"]), benefit["benefit"])}
                for benefit in result["benefits"]
            ],
            "groups": [
                (_group_title(name), [{**group, "title": _group(name, group["key"], pack, language, employers)} for group in groups])
                for name, groups in result["groups"].items()
                if groups
            ],
        }
        for result in results
    ]  # fmt: skip


def _group_title(name: str) -> str:
    return {
        "talent_level": _("人才层次"), "employer": _("用人单位"), "degree": _("学历"), "age": _("年龄"),
    }[name]  # fmt: skip


def _group(name: str, key: str, pack: Pack, language: str, employers: dict[str, str]) -> str:
    if key == REST:
        return _("其余（未知或人数过少）")
    if name == "employer":
        return employers.get(key, key)
    if name == "age":
        return _("%(first)s–%(last)s 岁") % {"first": key, "last": int(key) + 9}
    return show_value(key, pack.schema.profile[name].type, pack.schema, language)
