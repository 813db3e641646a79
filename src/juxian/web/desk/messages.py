"""What leaves the office (发件箱): held messages are read, then released or stopped."""

from __future__ import annotations

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.actions import AlreadyDecided, release_message, send_again, stop_message
from juxian.apps.messaging.enums import DeliveryState, MessageState
from juxian.apps.messaging.models import Message
from juxian.apps.messaging.queries import outbox_visible_to
from juxian.apps.messaging.rules import may_decide
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.paging import is_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import words_in

PAGE_SIZE = 30
VIEWS: dict[str, str | Promise] = {
    "held": gettext_lazy("待审发"),
    "trouble": gettext_lazy("未送达"),
    "all": gettext_lazy("全部"),
}
LOST = (DeliveryState.FAILED, DeliveryState.UNCLEAR)


@for_roles(Role.OFFICE)
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    view = request.GET.get("view", "held")
    view = view if view in VIEWS else "held"
    found = outbox_visible_to(user_of(request))
    if view == "held":
        found = found.filter(state=MessageState.HELD)
    elif view == "trouble":
        found = found.filter(deliveries__state__in=LOST).distinct()
    before = request.GET.get("before", "")
    if is_key(before):
        found = found.filter(pk__lt=int(before))
    rows = list(found.prefetch_related("deliveries").order_by("-pk")[: PAGE_SIZE + 1])
    further, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    context = {
        "views": list(VIEWS.items()),
        "view": view,
        "rows": [(message, *message.words(scope.language), _lost(message)) for message in rows],
        "older": rows[-1].pk if further else 0,
    }
    return render_part(request, "desk/outbox.html#list", context)


def _lost(message: Message) -> bool:
    return any(delivery.state in LOST for delivery in message.deliveries.all())


@for_roles(Role.OFFICE)
@require_POST
@once
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Release, stop, or send again what did not arrive."""
    message = get_object_or_404(outbox_visible_to(user_of(request)), pk=pk)
    may_decide(user_of(request), message).or_refuse()
    what, reason = request.POST.get("decision", ""), words_in(request.POST.get("reason", ""), 200)
    try:
        match what:
            case "release":
                release_message(message=message, by=user_of(request))
            case "stop" if reason:
                stop_message(message=message, by=user_of(request), reason=reason)
            case "again":
                send_again(message=message, by=user_of(request))
            case _:
                notes.warning(request, _("截停须写明理由。"))
                return go(request, "desk:outbox")
        notes.success(request, _("已处理。"))
    except AlreadyDecided as told:
        notes.warning(request, str(told))
    return go(request, "desk:outbox")
