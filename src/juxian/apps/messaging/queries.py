"""Reading messages (查阅消息)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.messaging.models import Message, Preference
from juxian.apps.organisations.models import Organisation


def messages_of(user: User) -> QuerySet[Message]:
    """What the user was told, newest first; held and stopped messages are not theirs yet."""
    return Message.objects.released().filter(recipient=user)


def unread_count(user: User, most: int = 99) -> int:
    """Unread messages, counted up to ``most``."""
    count: int = Message.objects.unread().filter(recipient=user).order_by()[:most].count()
    return count


def outbox_visible_to(user: User) -> QuerySet[Message]:
    """Messages of the jurisdictions whose office the user works for (发件箱)."""
    places = Organisation.objects.under(*user.paths_for([Role.OFFICE], on=today()))
    return Message.objects.filter(place__in=places).select_related("recipient", "place")


def preferences_of(users: Iterable[User]) -> dict[int, Preference]:
    """User id → preference, for those who set one."""
    return {item.user_id: item for item in Preference.objects.filter(user__in=[user.pk for user in users])}


def preference_of(user: User) -> Preference:
    """What the user set, or what holds for everybody: every way that the site has, in Chinese."""
    return preferences_of([user]).get(user.pk) or everybodys(user)


def everybodys(user: User) -> Preference:
    """Mail alone leaves the site unasked."""
    return Preference(user=user, channels=["mail"])
