"""Several turns handled at once (批量办理): the safe action of each, what cannot be done is told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from juxian.apps.services.actions import Overtaken, Wanted, act_on_case
from juxian.apps.services.models import Turn
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.possible import safe_action
from juxian.apps.services.queries.queue import seats_of
from juxian.core.services import CaseRefused
from juxian.web.kit.access import user_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number


def act_on_chosen(request: HttpRequest, most: int) -> None:
    """Carry out the turns that a form names, as far as they are the user's; each is ``turn:version``, at most ``most``."""
    scope, user = current_scope(request), user_of(request)
    versions = dict(_chosen(text) for text in request.POST.getlist("turn")[:most])
    mine = seats_of(user, scope.as_of).filter(turn__in=list(versions)).values("turn")
    done, refused = 0, []
    for turn in Turn.objects.filter(pk__in=mine).select_related("case__definition").order_by("pk"):
        action = safe_action(service_of(turn.case), turn)
        if not action:
            continue
        try:
            act_on_case(
                case=turn.case, wanted=Wanted(action, turn.key), by=user, expected_version=versions[turn.pk]
            )
            done += 1
        except Overtaken as why:
            refused.append(f"{turn.case.number} {why}")
        except CaseRefused as why:
            refused.append(f"{turn.case.number} {why.reason.in_language(scope.language)}")
    if done:
        messages.success(
            request, ngettext("已办理 %(count)s 件。", "已办理 %(count)s 件。", done) % {"count": done}
        )
    for words in refused:
        messages.warning(request, words)
    if not done and not refused:
        messages.warning(request, _("没有选中可以批量办理的待办。"))


def _chosen(text: str) -> tuple[int, int]:
    """``turn:version``; (0, 0) for anything else."""
    turn, _colon, version = map(whole_number, text.partition(":"))
    return (turn, version) if turn is not None and version is not None else (0, 0)
