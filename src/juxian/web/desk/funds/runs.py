"""Runs of payments with the whole way to the bank and back (拨付批次)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.rules import same_hands
from juxian.apps.funds.actions.runs import (
    cancel_run,
    draft_run,
    export_run,
    remove_line,
    return_run,
    seal_run,
    send_run,
    submit_run,
)
from juxian.apps.funds.actions.settling import tell_line
from juxian.apps.funds.enums import LineState, RunState
from juxian.apps.funds.models import PaymentLine, PaymentRun
from juxian.apps.funds.queries.due import due_instalments, due_lines
from juxian.apps.funds.queries.runs import payment_visible_to, runs_visible_to, unexplained
from juxian.apps.funds.rules import (
    NotPossible,
    may_approve_run,
    may_manage_funds,
    may_pay_run,
    may_read_back,
    may_read_funds,
)
from juxian.apps.organisations.models import Organisation
from juxian.core.packs.schema import Pack
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.funds.finding import PAYERS, WITH_PAYERS, carried_out, find_run, home_here
from juxian.web.desk.funds.forms import RunForm, TellForm
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated, gated_after
from juxian.web.kit.once import once
from juxian.web.kit.responses import download, go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_numbers

PAGE_SIZE = 50
MOST_PREVIEWED = 2000
TONES = {
    "draft": "mute",
    "submitted": "warn",
    "sealed": "info",
    "exported": "info",
    "sent": "warn",
    "settled": "ok",
    "cancelled": "mute",
}
LINE_TONES = {"open": "info", "confirmed": "ok", "returned": "bad", "void": "mute"}
WAY = (
    (RunState.DRAFT, gettext_lazy("拟制")),
    (RunState.SUBMITTED, gettext_lazy("第二人复核")),
    (RunState.SEALED, gettext_lazy("封存")),
    (RunState.EXPORTED, gettext_lazy("银行文件")),
    (RunState.SENT, gettext_lazy("送银行")),
    (RunState.SETTLED, gettext_lazy("对账结清")),
)
NEED_REASON = ("return", "cancel")


def banks_of(pack: Pack, language: str) -> list[tuple[str, str]]:
    return [(bank.id, bank.title.in_language(language)) for bank in pack.funds.banks.values()]


@for_roles(*WITH_PAYERS)
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    rows = runs_visible_to(user_of(request)).filter(home=home_here(request))
    page = Paginator(rows.select_related("made_by", "checked_by"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [(run, TONES[run.state]) for run in page],
        "may_manage": current_scope(request).role == Role.OFFICE,
    }
    return render(request, "desk/funds/runs.html", context)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def run_new(request: HttpRequest) -> HttpResponse:
    """What would be paid now, what is held back and why; then a draft of it."""
    home, scope = home_here(request), current_scope(request)
    may_manage_funds(user_of(request), home).or_refuse()
    banks = banks_of(scope.pack, scope.language)
    title = _("%(day)s 拨付") % {"day": scope.as_of.isoformat()}
    form = RunForm(request.POST if request.method == "POST" else None, banks=banks, initial={"title": title})
    chosen = set(whole_numbers(request.POST.getlist("instalment")))
    if request.method == "POST" and form.is_valid():
        made = _drafted(request, form, home, chosen)
        if made is not None:
            _tell_left_out(request, made, chosen)
            return go(request, "desk:run", pk=made.pk)
    due = due_instalments(home, scope.as_of)
    lines = due_lines(due[:MOST_PREVIEWED], home)
    payable = [line for line in lines if not line.hold]
    context = {
        "form": form,
        "payable": payable,
        "chosen": chosen,
        "held": [line for line in lines if line.hold],
        "payable_fen": sum(line.instalment.amount_fen for line in payable),
        "as_of": scope.as_of,
        "more": max(0, due.count() - MOST_PREVIEWED) if len(lines) == MOST_PREVIEWED else 0,
    }
    return render(request, "desk/funds/run_new.html", context, status=422 if form.errors else 200)


def _drafted(
    request: HttpRequest, form: RunForm, home: Organisation, chosen: Collection[int]
) -> PaymentRun | None:
    """A draft of what was ticked, or of all that is due where that button was pressed; None when the form says why not."""
    everything = "all" in request.POST
    if not everything and not chosen:
        form.add_error(None, _("没有勾选款项。请勾选要发放的，或按“全部应发”。"))
        return None
    try:
        return draft_run(
            home=home,
            as_of=current_scope(request).as_of,
            by=user_of(request),
            instalments=None if everything else chosen,
            **form.cleaned_data,
        )
    except NotPossible as refused:
        form.add_error(None, str(refused))
        return None


def _tell_left_out(request: HttpRequest, run: PaymentRun, chosen: Collection[int]) -> None:
    """What was ticked and can no longer be paid is not dropped in silence."""
    gone = len(chosen) - run.lines_total if "all" not in request.POST else 0
    if gone > 0:
        words = ngettext(
            "所勾选的有 %(number)d 笔刚刚变为不能发放，没有进入批次。",
            "所勾选的有 %(number)d 笔刚刚变为不能发放，没有进入批次。",
            gone,
        )
        messages.warning(request, words % {"number": gone})


@for_roles(*WITH_PAYERS)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_run(request, pk)
    return render_part(request, "desk/funds/run.html#lines", _context(request, found, ReasonForm()))


def _context(request: HttpRequest, run: PaymentRun, form: Any) -> dict[str, Any]:
    lines = run.lines.select_related(
        "account", "instalment__grant__person", "instalment__grant__home", "told_by"
    )
    state = request.GET.get("state", "")
    lines = lines.filter(state=state) if state in LineState.values else lines
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    user = user_of(request)
    counts = {value: run.lines.filter(state=value).count() for value in LineState.values}
    return {
        "run": run,
        "tone": TONES[run.state],
        "steps": _steps(run),
        "page": page,
        "rows": [(line, LINE_TONES[line.state]) for line in page],
        "state": state,
        "states": LineState.choices,
        "counts": counts,
        "form": form,
        "tell": TellForm(initial={"day": current_scope(request).as_of}),
        "may_manage": bool(may_manage_funds(user, run.home)),
        "paying": may_pay_run(user, run),
        "may_read_back": bool(may_read_back(user, run.home)),
        "reads_all": bool(may_read_funds(user, run.home)),
        "approval": may_approve_run(user, run),
        "unexplained": unexplained(run.home),
        "at_bank": run.state in (RunState.EXPORTED, RunState.SENT),
        "has_file": bool(run.file_hash),
        "user": user,
    }


def _steps(run: PaymentRun) -> list[dict[str, Any]]:
    order = [state for state, _title in WAY]
    reached = order.index(RunState(run.state)) if run.state in order else -1
    done = run.state == RunState.SETTLED
    return [
        {
            "title": title,
            "state": "done" if place < reached or done else "now" if place == reached else "next",
            "note": "",
        }
        for place, (_state, title) in enumerate(WAY)
    ]


@for_roles(*PAYERS)
@require_POST
@gated
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One step of the way: submit, approve, return, send, cancel."""
    found, user = find_run(request, pk), user_of(request)
    form, step = ReasonForm(request.POST), request.POST.get("step", "")
    (may_pay_run(user, found) if step == "send" else may_manage_funds(user, found.home)).or_refuse()
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "submit": (lambda: submit_run(run=found, by=user), _("已提交，请另一人复核。")),
        "approve": (lambda: seal_run(run=found, by=user), _("已复核并封存。")),
        "return": (lambda: return_run(run=found, by=user, reason=reason), _("已退回拟制人。")),
        "send": (lambda: send_run(run=found, by=user), _("已记录送出。此后以对账单或两人认定为准。")),
        "cancel": (lambda: cancel_run(run=found, by=user, reason=reason), _("批次已作废，款项重新待发。")),
    }
    if step not in steps or (step in NEED_REASON and not reason):
        return render(request, "desk/funds/run.html", _context(request, found, form), status=422)
    carried_out(request, *steps[step])
    return go(request, "desk:run", pk=pk)


@for_roles(*PAYERS)
@require_POST
@gated
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank file; each time the same bytes, each time in the audit log."""
    found, user = find_run(request, pk), user_of(request)
    may_pay_run(user, found).or_refuse()
    made: list[bytes] = []
    if not carried_out(request, lambda: made.append(export_run(run=found, by=user).content)):
        return go(request, "desk:run", pk=pk)
    ending = "csv" if found.layout.get("kind") == "csv" else "txt"
    return download(made[0], f"{found.number}.{ending}", "application/octet-stream")


def _payment(request: HttpRequest, pk: int) -> PaymentLine:
    """The payment, when the user may act on it; what is asked of the user is known before the turn begins."""
    user = user_of(request)
    line = payment_visible_to(user, pk)
    if line is None:
        raise Http404
    removing = request.POST.get("step") == "remove"
    (may_manage_funds(user, line.run.home) if removing else may_pay_run(user, line.run)).or_refuse()
    same_hands(user, line.told_by_id)
    return line


@for_roles(*PAYERS)
@require_POST
@gated_after(_payment)
@once
def payment_act(request: HttpRequest, pk: int, ready: PaymentLine) -> HttpResponse:
    """Take a payment out of a draft, or say what became of one that is with the bank."""
    line, user = ready, user_of(request)
    if request.POST.get("step") == "remove":
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return render(request, "desk/funds/run.html", _context(request, line.run, form), status=422)
        reason = form.cleaned_data["reason"]
        carried_out(request, lambda: remove_line(line=line, by=user, reason=reason), _("已移出。"))
        return go(request, "desk:run", pk=line.run_id)
    tell = TellForm(request.POST)
    if not tell.is_valid():
        context = _context(request, line.run, ReasonForm()) | {"tell": tell}
        return render(request, "desk/funds/run.html", context, status=422)
    carried_out(
        request, lambda: tell_line(line=line, by=user, **tell.cleaned_data), _("已记录；两人认定一致即生效。")
    )
    return go(request, "desk:run", pk=line.run_id)
