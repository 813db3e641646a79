"""Reading messages (查阅消息)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Count, Max, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.clock import today
from juxian.apps.messaging.enums import DeliveryState
from juxian.apps.messaging.models import ChatAddress, Hook, HookDelivery, HookQuerySet, Message, Preference
from juxian.apps.organisations.models import Organisation

STAFF = tuple(role for role in Role if role not in (Role.PERSON, Role.EMPLOYER))


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


def chat_addresses_on(channel: str) -> Callable[[Iterable[User]], dict[int, str]]:
    """Users → id → address on ``channel``, for ``registry.addresses``; who has bound none is left out."""

    def found(users: Iterable[User]) -> dict[int, str]:
        rows = ChatAddress.objects.filter(channel=channel, user__in=[user.pk for user in users])
        return dict(rows.exclude(address="").values_list("user_id", "address"))

    return found


def staff_of(root: Organisation) -> QuerySet[User]:
    """Accounts that hold an office post in a jurisdiction today: whose addresses its system administrator gives."""
    posts = Post.objects.held_on(today()).filter(role__in=STAFF)
    posts = posts.filter(organisation__in=Organisation.objects.under(root.path))
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("username")


def hooks_visible_to(user: User) -> HookQuerySet:
    """Subscriptions of the jurisdictions whose system administrator the user is, with how their events fared."""
    roots = Organisation.objects.filter(path__in=user.paths_for([Role.SYSTEM_ADMIN], on=today()))
    waiting = Q(deliveries__state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    found: HookQuerySet = Hook.objects.filter(home__in=roots).select_related("created_by", "home")
    return found.order_by("-id").annotate(
        waiting=Count("deliveries", filter=waiting),
        dead=Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED)),
        last=Max("deliveries__sent_at"),
    )


def failures_of(hooks: Iterable[Hook]) -> dict[int, str]:
    """Hook id → why its newest event that did not arrive did not."""
    failed = HookDelivery.objects.filter(hook__in=[hook.pk for hook in hooks]).exclude(failure="")
    newest = failed.values("hook").annotate(newest=Max("id")).values("newest")
    return dict(HookDelivery.objects.filter(pk__in=newest).values_list("hook_id", "failure"))
