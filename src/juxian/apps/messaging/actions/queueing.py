"""Putting messages into the outbox (写入发件箱), in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.clock import now
from juxian.apps.messaging.actions.adapters import configured_channels
from juxian.apps.messaging.enums import Channel, DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message, Preference
from juxian.apps.messaging.queries import everybodys, preferences_of
from juxian.apps.messaging.registry import Template, addresses_of, template_called
from juxian.apps.organisations.models import Organisation
from juxian.core.text import Text

LONGEST_SUBJECT = 200
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to one person. key: made of what it is about, at most 160 characters. held: None asks the template."""

    recipient: User
    template: str
    placeholders: Mapping[str, str | Text]
    key: str
    place: Organisation | None = None
    link: str = ""
    held: bool | None = None
    channels: tuple[str, ...] | None = field(default=None)


def queue_message(
    recipient: User,
    template: str,
    placeholders: Mapping[str, str | Text],
    key: str,
    *,
    place: Organisation | None = None,
    link: str = "",
    held: bool | None = None,
) -> Message:
    """Tell one person something; a key that was used before gives the earlier message, and nothing is sent."""
    draft = Draft(recipient, template, placeholders, key, place, link, held)
    queue_messages([draft])
    return Message.objects.get(key=key)


@transaction.atomic
def queue_messages(drafts: Iterable[Draft]) -> int:
    """Tell many people; returns how many messages are new. Raises ``KeyError`` for an unknown template."""
    by_key = {draft.key: draft for draft in drafts}
    keys = list(by_key)
    new = 0
    for start in range(0, len(keys), CHUNK):
        new += _queue([by_key[key] for key in keys[start : start + CHUNK]])
    return new


def _queue(drafts: Sequence[Draft]) -> int:
    known = set(Message.objects.filter(key__in=[draft.key for draft in drafts]).values_list("key", flat=True))
    fresh = {draft.key: draft for draft in drafts if draft.key not in known}
    if not fresh:
        return 0
    moment = now()
    Message.objects.bulk_create((_message(draft, moment) for draft in fresh.values()), ignore_conflicts=True)
    ids = dict(Message.objects.filter(key__in=list(fresh)).values_list("key", "id"))
    deliveries = _deliveries(list(fresh.values()), ids, moment)
    if deliveries:
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(fresh)


def _message(draft: Draft, moment: datetime) -> Message:
    template = template_called(draft.template)
    held = template.held if draft.held is None else draft.held
    chinese, english = (template.filled(draft.placeholders, language) for language in ("zh", "en"))
    return Message(
        key=draft.key,
        recipient=draft.recipient,
        place=draft.place,
        template=draft.template,
        subject_zh=chinese[0][:LONGEST_SUBJECT],
        subject_en=english[0][:LONGEST_SUBJECT],
        body_zh=chinese[1],
        body_en=english[1],
        link=draft.link,
        state=MessageState.HELD if held else MessageState.RELEASED,
        queued_at=moment,
        released_at=None if held else moment,
    )


def _deliveries(drafts: Sequence[Draft], ids: Mapping[str, int], moment: datetime) -> list[Delivery]:
    """Ways out of the site: those that it has, the template allows, the recipient wants and can be reached by."""
    channels = configured_channels()
    if not channels:
        return []
    people = {draft.recipient.pk: draft.recipient for draft in drafts}
    wishes = preferences_of(people.values())
    reached = {channel: _addresses(channel, people.values()) for channel in channels}
    found = []
    for draft in drafts:
        wish = wishes.get(draft.recipient.pk) or everybodys(draft.recipient)
        for channel in _wanted(template_called(draft.template), draft, wish, channels):
            address = reached[channel].get(draft.recipient.pk, "")
            if address:
                digest = wish.digest and channel == Channel.MAIL
                state = DeliveryState.DIGEST if digest else DeliveryState.WAITING
                found.append(
                    Delivery(
                        message_id=ids[draft.key],
                        channel=channel,
                        address=address,
                        state=state,
                        due_at=moment,
                    )
                )
    return found


def _wanted(template: Template, draft: Draft, wish: Preference, channels: Iterable[str]) -> list[str]:
    allowed = template.channels if draft.channels is None else draft.channels
    return [channel for channel in channels if channel in allowed and channel in wish.channels]


def _addresses(channel: str, people: Iterable[User]) -> Mapping[int, str]:
    if channel == Channel.MAIL:
        return {user.pk: user.email for user in people if user.email}
    resolver = addresses_of(channel)
    return resolver(people) if resolver else {}
