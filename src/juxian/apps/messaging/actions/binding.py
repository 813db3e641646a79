"""Where people are reached by 企业微信 and 钉钉 (绑定站外地址): confirmed by a code sent there, or given for staff.

A code leaves at once and stands in no message of the site: who reads it has read it at the address. Everything else that leaves
goes through the outbox.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.messaging.actions.adapters import Letter, Undelivered, configured_channels, send
from juxian.apps.messaging.enums import CHATS, Channel, DeliveryState
from juxian.apps.messaging.models import ChatAddress, Delivery, Preference
from juxian.apps.messaging.queries import preference_of, staff_of
from juxian.apps.organisations.models import Organisation
from juxian.core.identity.masking import mask_address
from juxian.core.secrecy import digest, digests
from juxian.core.text import Text

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 5  # in an hour
HOUR = timedelta(hours=1)
_ADDRESS = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
SUBJECT = Text("绑定验证码", "Code to bind this account")
BODY = Text(
    "验证码 {code}，十分钟内有效。不是您本人操作请忽略。",
    "{code} is the code; it holds for ten minutes. If this was not you, ignore it.",
)


class BindingRefused(Exception):
    """An address cannot be bound now. field: of the form, where it is to be told."""

    def __init__(self, reason: str, field: str = "address") -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one line of a table of addresses; reason is empty where it was taken over."""

    line: int
    username: str
    reason: str = ""


def chats() -> list[str]:
    """The ways of this site of which an account keeps an address."""
    return [channel for channel in configured_channels() if channel in CHATS]


def ask_for_code(*, user: User, channel: str, address: str) -> None:
    """Send a code to an address that the user wants to bind; an address that is bound goes on until it is confirmed.

    Raises ``BindingRefused``.
    """
    if channel not in chats():
        raise BindingRefused(_("本站没有开通这种方式。"), "channel")
    if not _ADDRESS.fullmatch(address):
        raise BindingRefused(_("只能有字母、数字和 . _ @ -，最多 64 个。"))
    code = f"{secrets.randbelow(1_000_000):06}"
    moment = now()
    with transaction.atomic():
        row, _new = ChatAddress.objects.select_for_update().get_or_create(user=user, channel=channel)
        if row.codes_since is None or row.codes_since <= moment - HOUR:
            row.codes_since, row.codes = moment, 0
        if row.codes >= MOST_CODES:
            raise BindingRefused(_("验证码发送太多，请一小时后再试。"))
        row.pending, row.code, row.code_until = (
            address,
            _digest(user, channel, address, code),
            moment + CODE_LASTS,
        )
        row.tries, row.codes = 0, row.codes + 1
        row.save()
        record(
            "messaging.address_asked",
            actor=user,
            subject=user,
            detail={"channel": channel, "address": mask_address(address)},
        )
    spoken = preference_of(user).language
    body = BODY.in_language(spoken).format(code=code)
    try:
        send(
            channel, Letter(f"bind:{row.pk}:{moment.isoformat()}", address, SUBJECT.in_language(spoken), body)
        )
    except Undelivered as failed:
        raise BindingRefused(_("验证码没有送达，请核对地址。")) from failed


def confirm_address(*, user: User, channel: str, code: str) -> ChatAddress:
    """The code that was sent binds the address, and the user is told by this way from now on. Raises ``BindingRefused``."""
    ChatAddress.objects.filter(user=user, channel=channel).update(tries=F("tries") + 1)  # stays when refused
    with transaction.atomic():
        row = ChatAddress.objects.select_for_update().filter(user=user, channel=channel).first()
        if row is None or not row.pending or row.code_until is None:
            raise BindingRefused(_("没有待确认的地址，请先发送验证码。"), "code")
        if row.code_until <= now() or row.tries > MOST_TRIES:
            raise BindingRefused(_("验证码已失效，请重新发送。"), "code")
        given = digests(_code(user, channel, row.pending, code), settings.JUXIAN_KEYS)
        if not any(constant_time_compare(row.code, one) for one in given):
            raise BindingRefused(_("验证码不对。"), "code")
        _bind(row, row.pending, None)
        record(
            "messaging.address_bound",
            actor=user,
            subject=user,
            detail={"channel": channel, "address": mask_address(row.address)},
        )
    return row


@transaction.atomic
def remove_address(*, user: User, channel: str, by: User, organisation_path: str = "") -> bool:
    """Nothing goes there any more, also nothing that waits; whether there was one."""
    row = ChatAddress.objects.select_for_update().filter(user=user, channel=channel).first()
    if row is None:
        return False
    waiting = Delivery.objects.filter(
        message__recipient=user, channel=channel, state__in=(DeliveryState.WAITING, DeliveryState.DIGEST)
    )
    count, _each = waiting.delete()
    record(
        "messaging.address_removed",
        actor=by,
        subject=user,
        organisation_path=organisation_path,
        detail={"channel": channel, "address": mask_address(row.address), "waiting": count},
    )
    if row.codes_since is None:
        row.delete()
    else:  # the codes of this hour go on to count
        row.address, row.bound_at, row.given_by, row.pending, row.code, row.code_until = (
            "",
            None,
            None,
            "",
            "",
            None,
        )
        row.save()
    return True


@transaction.atomic
def give_addresses(*, home: Organisation, rows: Sequence[tuple[int, str, str, str]], by: User) -> list[Given]:
    """Addresses of staff from a table (line, account, way, address); what its owner confirmed is left alone.

    Each line ends taken over, unchanged or refused with a reason.
    """
    known = {user.username: user for user in staff_of(home)}
    kept = {(row.user_id, row.channel): row for row in ChatAddress.objects.filter(user__in=known.values())}
    ways = {
        str(word).casefold(): value
        for value, label in Channel.choices
        if value in CHATS
        for word in (value, label)
    }
    told = []
    for line, username, way, address in rows:
        user, channel = known.get(username), ways.get(way.casefold(), "")
        reason = _why_not(user, channel, address, kept)
        if not reason and user is not None:
            row = kept.get((user.pk, channel)) or ChatAddress(user=user, channel=channel)
            _bind(row, address, by)
            kept[user.pk, channel] = row
            record(
                "messaging.address_given",
                actor=by,
                subject=user,
                organisation_path=home.path,
                detail={"channel": channel, "address": mask_address(address)},
            )
        told.append(Given(line, username, reason))
    return told


def _why_not(user: User | None, channel: str, address: str, kept: dict[tuple[int, str], ChatAddress]) -> str:
    if user is None:
        return _("没有本地这个工作人员账号")
    if not channel:
        return _("方式应为企业微信或钉钉")
    if not _ADDRESS.fullmatch(address):
        return _("只能有字母、数字和 . _ @ -，最多 64 个。")
    row = kept.get((user.pk, channel))
    if row is not None and row.address and row.given_by_id is None:
        return _("本人已绑定，未改动")
    if row is not None and row.address == address:
        return _("没有变化")
    return ""


def _bind(row: ChatAddress, address: str, given_by: User | None) -> None:
    """From now on messages go there, also those that wait; the way counts as wanted until the user says otherwise."""
    row.address, row.bound_at, row.given_by = address, now(), given_by
    row.pending, row.code, row.code_until, row.tries = "", "", None, 0
    row.save()
    Delivery.objects.filter(
        message__recipient=row.user, channel=row.channel, state=DeliveryState.WAITING
    ).update(address=address)
    wish = preference_of(row.user)
    if row.channel not in wish.channels:
        Preference.objects.update_or_create(
            user=row.user,
            defaults={"channels": [*wish.channels, str(row.channel)]},
            create_defaults={
                "channels": [*wish.channels, str(row.channel)],
                "digest": wish.digest,
                "language": wish.language,
            },
        )


def _digest(user: User, channel: str, address: str, code: str) -> str:
    return digest(_code(user, channel, address, code), settings.JUXIAN_KEYS)


def _code(user: User, channel: str, address: str, code: str) -> str:
    return f"bind:{user.pk}:{channel}:{address}:{code}"
