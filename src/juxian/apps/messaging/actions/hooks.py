"""Telling other systems of events (事件推送): who is told, what is put down, what an administrator decides."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import SHANGHAI, now
from juxian.apps.messaging.actions.reaching import NotReached, literal_address
from juxian.apps.messaging.enums import DeliveryState
from juxian.apps.messaging.models import Hook, HookDelivery
from juxian.apps.organisations.models import Organisation
from juxian.core.secrecy import seal

PREFIX = "jxw_"
SECRET_BYTES = 32
LONGEST_URL = 300


class HookRefused(Exception):
    """The address is none to which anything is sent; the reason in words."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. key: unique among all, at most 100 characters. data: numbers, states and days, never a name."""

    event: str
    home_id: int
    place: str
    key: str
    data: Mapping[str, Any]


def announce(happened: Sequence[Happened], *, at: datetime | None = None) -> int:
    """Put events down for those who want them, in the transaction of what they tell; how many. One query where nobody does."""
    homes = {item.home_id for item in happened}
    hooks = list(Hook.objects.active().filter(home__in=homes)) if homes else []
    if not hooks:
        return 0
    moment = at or now()
    rows = [
        HookDelivery(
            hook=hook,
            event=item.event,
            key=item.key,
            body=_body(item, moment),
            state=DeliveryState.WAITING,
            made_at=moment,
            due_at=moment,
        )
        for item in happened
        for hook in hooks
        if hook.home_id == item.home_id and item.event in hook.events
    ]
    HookDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


@transaction.atomic
def make_hook(
    *, home: Organisation, name: str, url: str, events: Iterable[str], by: User
) -> tuple[Hook, str]:
    """A new subscription and its secret, which is told once. Raises ``HookRefused``."""
    check_url(url)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    hook = Hook.objects.create(
        home=home,
        name=name,
        url=url,
        events=sorted(events),
        sealed=seal(secret, settings.JUXIAN_KEYS),
        created_by=by,
        created_at=now(),
    )
    host = urlsplit(url).hostname or ""
    record(
        "hooks.made", actor=by, subject=hook, organisation_path=home.path,
        detail={"name": name, "host": host, "events": hook.events},
    )  # fmt: skip
    return hook, secret


@transaction.atomic
def stop_hook(*, hook: Hook, by: User) -> bool:
    """Tell it nothing any more; what waits for it goes. False when it was stopped before."""
    stopped = Hook.objects.filter(pk=hook.pk, stopped_at=None).update(stopped_at=now())
    if stopped:
        waiting = HookDelivery.objects.filter(hook=hook, state=DeliveryState.WAITING)
        dropped = waiting.delete()[0]
        record(
            "hooks.stopped", actor=by, subject=hook, organisation_path=hook.home.path,
            detail={"name": hook.name, "dropped": dropped},
        )  # fmt: skip
    return bool(stopped)


@transaction.atomic
def send_dead_again(*, hook: Hook, by: User) -> int:
    """What was given up is tried from the beginning; how many."""
    if hook.stopped_at is not None:
        return 0
    dead = HookDelivery.objects.filter(hook=hook, state=DeliveryState.FAILED)
    count = dead.update(state=DeliveryState.WAITING, attempts=0, due_at=now())
    if count:
        record(
            "hooks.sent_again", actor=by, subject=hook, organisation_path=hook.home.path,
            detail={"name": hook.name, "events": count},
        )  # fmt: skip
    return count


def check_url(url: str) -> None:
    """Only https, a host and a port, nothing secret in it, no private address in figures. Raises ``HookRefused``."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as wrong:
        raise HookRefused(_("这不是一个网址。")) from wrong
    if parts.scheme != "https" or not parts.hostname:
        raise HookRefused(_("只能使用以 https:// 开头的网址。"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise HookRefused(_("网址中不能有用户名、密码和 # 之后的内容。"))
    plain = len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and " " not in url
    if not plain or not (port == 443 or 1024 <= port < 65536):
        raise HookRefused(_("网址应在 300 个字符以内，端口为 443 或 1024 以上。"))
    try:
        literal_address(parts.hostname)
    except NotReached as refused:
        raise HookRefused(_("不向内部网络的地址推送；确有需要时由运维人员在设置中放行。")) from refused


def _body(item: Happened, moment: datetime) -> str:
    told = {
        "id": item.key,
        "event": item.event,
        "place": item.place,
        "at": moment.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "data": dict(item.data),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
