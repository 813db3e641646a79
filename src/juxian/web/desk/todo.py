"""What waits for the user today, in one list (今天要办); each line opens to what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.corrections.models import Correction
from juxian.apps.funds.enums import RunState
from juxian.apps.funds.queries.runs import runs_visible_to
from juxian.apps.linking.models import Pair
from juxian.apps.messaging.enums import MessageState
from juxian.apps.messaging.queries import outbox_visible_to
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.models import PolicyDraft
from juxian.apps.policies.queries import drafts_of
from juxian.apps.services.queries import queue
from juxian.apps.services.queries.ratings import ratings_of, without_reply
from juxian.web.kit.scope import Scope

COUNTED = 99


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work. more: there is more of it than was counted."""

    title: str
    number: int
    href: str
    tone: str = "info"
    more: bool = False


def waiting_for(user: User, scope: Scope, home: Organisation) -> list[Waiting]:
    """What is there to do, one bounded query for each kind; kinds with nothing are left out."""
    return [line for line in _lines(user, scope, home) if line.number]


def _lines(user: User, scope: Scope, home: Organisation) -> Iterator[Waiting]:
    work = [queue.which_wait(part, False) for part in queue.work_of(user, scope.as_of)]
    cases = reverse("desk:cases")
    late = [part.filter(due_on__lt=scope.as_of) for part in work]
    yield _counted(_("已超时的办件"), queue.bounded(late, COUNTED + 1), f"{cases}?view=overdue", "bad")
    yield _counted(_("待办的办件"), queue.bounded(work, COUNTED + 1), cases)
    if scope.role != Role.OFFICE:
        return
    yield _line(
        _("疑似重复的档案"), Pair.objects.waiting().filter(home=home), reverse("desk:linking"), "warn"
    )
    yield _line(
        _("待核对的更正"), Correction.objects.waiting().filter(home=home), reverse("desk:corrections"), "warn"
    )
    runs = runs_visible_to(user).filter(home=home, state=RunState.SUBMITTED).exclude(made_by=user)
    yield _line(_("等您复核的拨付批次"), runs, reverse("desk:runs"), "warn")
    drafts = drafts_of(scope.pack.code).filter(state=PolicyDraft.State.SUBMITTED).exclude(written_by=user)
    yield _line(_("等您发布的政策"), drafts, reverse("desk:drafts"), "warn")
    bad = without_reply(ratings_of(home), scope.pack)
    yield _line(_("等您回复的差评"), bad, reverse("desk:ratings"), "warn")
    held = outbox_visible_to(user).filter(state=MessageState.HELD)
    yield _line(_("等待放行的消息"), held, reverse("desk:outbox"))


def _line(title: str, rows: QuerySet[Any], href: str, tone: str = "info") -> Waiting:
    return _counted(title, rows.order_by()[: COUNTED + 1].count(), href, tone)


def _counted(title: str, number: int, href: str, tone: str = "info") -> Waiting:
    """number: counted no further than one more than is shown."""
    return Waiting(title, min(number, COUNTED), href, tone, number > COUNTED)
