"""The pages of drafts (政策草稿)."""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.actions import (
    CasesFail,
    DraftChanged,
    DraftWrong,
    begin_draft,
    drop_draft,
    publish_draft,
    save_draft,
    submit_draft,
)
from juxian.apps.policies.models import PolicyDraft
from juxian.apps.policies.queries import cases_in_force, cases_of_draft, drafts_of
from juxian.apps.policies.rules import may_draft, may_publish
from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.drafts import read_draft, whole_cases, with_cases
from juxian.core.policy.names import FUNCTIONS
from juxian.core.policy.tabling import pasted_table
from juxian.core.policy.versioning import kept_apart
from juxian.core.positioned import read_yaml
from juxian.core.source import Rejected, Source
from juxian.web.desk.drafts.checking import check_text
from juxian.web.desk.drafts.forms import LONGEST_TEXT, PasteForm, SubmitForm, TextForm
from juxian.web.desk.scope import home_of
from juxian.web.kit import errors, formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import download, go, wants_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 20
NAMES = 10  # cases that are named when they keep a draft from going on
OPEN = (PolicyDraft.State.WRITING, PolicyDraft.State.SUBMITTED)
TONES = {"writing": "info", "submitted": "warn", "published": "ok", "dropped": "mute"}


YAML = "application/yaml; charset=utf-8"


@for_roles(Role.OFFICE)
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Drafts of the place, those to be published first by being newest."""
    scope = current_scope(request)
    may_draft(user_of(request), home_of(scope)).or_refuse()
    page = Paginator(drafts_of(scope.pack.code).defer("text"), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(draft, TONES[draft.state]) for draft in page]
    return render(request, "desk/drafts/list.html", {"page": page, "rows": rows})


@for_roles(Role.OFFICE)
@require_POST
@once
def begin(request: HttpRequest, policy_id: str) -> HttpResponse:
    """A copy of the text in force, to write on."""
    scope = current_scope(request)
    root = home_of(scope)
    may_draft(user_of(request), root).or_refuse()
    if policy_id not in scope.pack.policies:
        raise Http404
    draft = begin_draft(
        pack=scope.pack, policy=scope.pack.policies[policy_id], root=root, by=user_of(request)
    )
    return go(request, "desk:draft", pk=draft.pk)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor. POST ``do``: ``check`` (nothing is kept; a pasted table becomes rows), ``save``, ``part`` (a version that
    applies already is kept, what was changed becomes a version of its own); ``witness`` adds cases.
    """
    found = _draft(request, pk)
    if request.method != "POST":
        return _page(request, found, found.text)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, found, found.text, form=form, status=422)
    text, cases = form.cleaned_data["text"], form.cleaned_data["cases"]
    if kept := request.POST.get("witness", ""):  # witness persons become cases; saved with the text
        joined = _plus(cases, kept)
        return _page(request, found, text, cases=joined, form=_filled(found, text, joined, form))
    if request.POST.get("do") == "part":
        return _parted(request, found, text, cases, form)
    if request.POST.get("do") != "save":
        return _page(request, found, text, cases=cases, form=form, paste=request.POST.get("table", ""))
    if (text, cases, form.cleaned_data["revision"]) == (found.text, found.cases, found.revision):
        return go(request, "desk:draft", pk=found.pk)
    root = home_of(current_scope(request))
    try:
        save_draft(
            draft=found,
            text=text,
            cases=cases,
            revision=form.cleaned_data["revision"],
            root=root,
            by=user_of(request),
        )
    except DraftChanged:
        found.refresh_from_db()
        form.add_error(None, _("别人已保存了新的修订或已发布。下面是您写的文本，请另存后重新打开草稿。"))
        return _page(request, found, text, cases=cases, form=form, status=409)
    messages.success(request, _("草稿已保存。"))
    return go(request, "desk:draft", pk=found.pk)


@for_roles(Role.OFFICE)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second person to publish; a text with mistakes, or whose cases fail, is not taken."""
    scope, found = current_scope(request), _draft(request, pk)
    form = SubmitForm(request.POST, today=scope.as_of)
    if not form.is_valid():
        return _page(request, found, found.text, submitting=form, status=422)
    try:
        submit_draft(
            draft=found, pack=scope.pack, root=home_of(scope), by=user_of(request), **form.cleaned_data
        )
    except (DraftWrong, CasesFail) as wrong:
        form.add_error(None, _refusal(wrong))
        return _page(request, found, found.text, submitting=form, status=422)
    except DraftChanged:
        return errors.page(request, 409, _("草稿已有新的修订或已提交。"))
    messages.success(request, _("已提交，请另一位经办发布。"))
    return go(request, "desk:draft", pk=found.pk)


@for_roles(Role.OFFICE)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a submitted draft in force from its day; never by the one who wrote it."""
    scope, found = current_scope(request), _draft(request, pk)
    root = home_of(scope)
    if found.state == PolicyDraft.State.PUBLISHED:
        return go(request, "desk:draft", pk=found.pk)
    may_publish(user_of(request), found, root).or_refuse()
    try:
        publish_draft(draft=found, pack=scope.pack, root=root, by=user_of(request))
    except (DraftWrong, CasesFail) as wrong:
        return _page(request, found, found.text, refused=_refusal(wrong), status=422)
    except DraftChanged:
        return errors.page(request, 409, _("草稿已有新的修订，请重新检查。"))
    messages.success(request, _("已发布，自 %(day)s 起按新文本计算。") % {"day": found.effective_on})
    return go(request, "desk:draft", pk=found.pk)


def _refusal(wrong: DraftWrong | CasesFail) -> str:
    """Why a draft goes no further, and the way out."""
    if isinstance(wrong, DraftWrong):
        return _("文本或用例还有错误，不能提交和发布，见检查结果。")
    count = len(wrong.names)
    words = ngettext(
        "%(count)s 个用例没有通过，不能提交和发布：%(names)s。请改正政策文本；规则确已改变的，在“用例”中改写这些用例的预期，保存后重新提交。",
        "%(count)s 个用例没有通过，不能提交和发布：%(names)s。请改正政策文本；规则确已改变的，在“用例”中改写这些用例的预期，保存后重新提交。",
        count,
    )
    named = formats.listed([*wrong.names[:NAMES], *(["…"] if count > NAMES else [])])
    return words % {"count": count, "names": named}


@for_roles(Role.OFFICE)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    found = _draft(request, pk)
    drop_draft(draft=found, root=home_of(current_scope(request)), by=user_of(request))
    return go(request, "desk:drafts")


@for_roles(Role.OFFICE)
@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The text, byte for byte, to be put into the pack."""
    found = _draft(request, pk)
    return download(found.text.encode(), f"{found.policy}.yaml", YAML)


def _plus(cases: str, kept: str) -> str:
    """The cases with further ones at their end, each once."""
    added = kept.replace("\r\n", "\n").replace("\0", "")[:LONGEST_TEXT]
    return cases if added.strip("\n") in cases else with_cases(cases, added)


def _parted(request: HttpRequest, found: PolicyDraft, text: str, cases: str, form: TextForm) -> HttpResponse:
    """The page with the changed version written beside the one that applies; saved with the text."""
    scope = current_scope(request)
    day = SubmitForm({"effective_on": request.POST.get("since", "")}, today=scope.as_of)
    current, policy = (
        scope.pack.policies.get(found.policy),
        read_draft(text, found.policy, scope.pack.schema)[0],
    )
    parted = None
    if current and policy and day.is_valid():
        parted = kept_apart(current, policy, day.cleaned_data["effective_on"], scope.pack.schema)
    if parted is None:
        words = day.errors.get("effective_on") or [_("不能自动分开，请在文本中另写一个版本。")]
        form.add_error(None, words[0])
        return _page(request, found, text, cases=cases, form=form, status=422)
    return _page(request, found, parted, cases=cases, form=_filled(found, parted, cases, form))


def _filled(found: PolicyDraft, text: str, cases: str, form: TextForm) -> TextForm:
    return TextForm(initial={"text": text, "cases": cases, "revision": form.cleaned_data["revision"]})


@for_roles(Role.OFFICE)
@require_safe
def export_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of cases, to be put into the pack."""
    found = _draft(request, pk)
    text = cases_of_draft(found, current_scope(request).pack)
    return download(text.encode(), f"{found.policy}.cases.yaml", YAML)


def _page(
    request: HttpRequest,
    found: PolicyDraft,
    text: str,
    *,
    cases: str | None = None,
    form: TextForm | None = None,
    submitting: SubmitForm | None = None,
    refused: str = "",
    paste: str = "",
    status: int = 200,
) -> HttpResponse:
    scope = current_scope(request)
    root = home_of(scope)
    cases_now = cases_in_force(scope.pack, found.policy)
    written = whole_cases(cases_now, found.cases if cases is None else cases)
    checked = check_text(text, found.policy, scope.pack, scope.as_of, scope.language, root, written)
    context = {
        "draft": found,
        "tone": TONES[found.state],
        "checked": checked,
        "points": points_in(text),
        "open": found.state in OPEN,
        "part_from": found.effective_on or scope.as_of + timedelta(days=1),
        **_pasted(paste, scope.pack.schema),
    }
    if wants_part(request):
        return render(request, "desk/drafts/draft.html#checked", context)
    current = scope.pack.policies.get(found.policy)
    context |= {
        "form": form or TextForm(initial={"text": text, "cases": written, "revision": found.revision}),
        "paste_form": PasteForm(initial={"table": paste}),
        "submitting": submitting or SubmitForm(None, today=scope.as_of),
        "may_publish": may_publish(user_of(request), found, root),
        "words": words_of(scope.pack.schema, scope.language),
        "refused": refused,
        "cases_diff": _diff(cases_now, written),
        "diff": _diff(current.origin.source.text if current else "", text),
        "others": drafts_of(found.pack, found.policy).filter(state__in=OPEN).exclude(pk=found.pk)[:5],
        "today": scope.as_of,
    }
    return render(request, "desk/drafts/draft.html", context, status=status)


def _pasted(paste: str, schema: Schema) -> dict[str, Any]:
    if not paste.strip():
        return {}
    return {"pasted": pasted_table(paste[:20_000], schema)}


def _diff(before: str, after: str) -> list[tuple[str, str]]:
    """(``add``, ``del`` or empty, line) of what differs, with two lines around."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    kinds = {"+": "add", "-": "del"}
    return [(kinds.get(line[:1], ""), line) for line in lines[:400]]


def words_of(schema: Schema, language: str) -> list[tuple[str, str, list[str]]]:
    """(word, its kind in words, its values) of every name that a condition may use."""
    found = []
    for item in schema.profile.values():
        levels: list[str] = []
        if item.type.kind in (Kind.LEVEL, Kind.LEVELS):
            levels = [level.title.zh for level in schema.scale_of(item.type).levels.values()][:40]
        found.append((item.title.zh, item.name, levels))
    return [*found, *((f"{function}(", "", []) for function in FUNCTIONS if function != "has")]


def points_in(text: str) -> list[str]:
    """Names of the tables of points in a text, which may be broken elsewhere."""
    try:
        data = read_yaml(Source("", text)).data
    except Rejected:
        return []
    versions = data.get("versions") if isinstance(data, dict) else None
    tables = [
        table
        for version in (versions if isinstance(versions, list) else [])
        if isinstance(version, dict) and isinstance(version.get("points"), list)
        for table in version["points"]
        if isinstance(table, dict)
    ]
    titles = [t.get("zh", "") if isinstance(t := table.get("title", ""), dict) else t for table in tables]
    return list(dict.fromkeys(title for title in titles if isinstance(title, str) and title))


def _draft(request: HttpRequest, pk: int) -> PolicyDraft:
    """A draft of the acting jurisdiction; 404 for all others."""
    scope = current_scope(request)
    may_draft(user_of(request), home_of(scope)).or_refuse()
    return get_object_or_404(drafts_of(scope.pack.code), pk=pk)
