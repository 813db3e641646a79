"""What stands in the side bar, the phone's bottom bar and the portal's top bar (导航).

Audiences register their items in ``AppConfig.ready``; the kit shows those that the acting role may open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role

Bar = Literal["work", "public"]

GROUPS: dict[str, str | Promise] = {
    "workbench": _("工作台"),
    "people": _("人才"),
    "service": _("服务"),
    "governance": _("治理"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One link of a bar.

    view: URL name. icon: Lucide name. group: key of ``GROUPS`` (work bar only). roles: who sees it; empty for
    everybody. order: smaller stands first. phone: also one of the four links of the phone's bottom bar.
    also: of acting role and user, who sees it in the side bar beside ``roles``.
    """

    view: str
    title: str | Promise
    icon: str = "circle"
    group: str = "workbench"
    roles: frozenset[Role] = frozenset()
    order: int = 50
    phone: bool = False
    also: Callable[[str, Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An item as a page shows it."""

    href: str
    title: str | Promise
    icon: str
    current: bool


_items: dict[Bar, dict[str, Item]] = {"work": {}, "public": {}}
_starts: dict[Role, str] = {}
_case_pages: dict[Role, str] = {}


def register(bar: Bar, *items: Item) -> None:
    """Add items to a bar; an item of the same view replaces the earlier one."""
    _items[bar].update({item.view: item for item in items})


def title_of(view: str) -> str | Promise:
    """What the bars call a page; empty for a page that stands in none."""
    return next((items[view].title for items in _items.values() if view in items), "")


def start_at(view: str, *roles: Role) -> None:
    """Users of these roles come to ``view`` after signing in."""
    _starts.update(dict.fromkeys(roles, view))


def start_of(role: str) -> str:
    """URL name of a role's first page; the public home for roles that nobody registered."""
    return _starts.get(Role(role), "portal:home") if role else "portal:home"


def case_page(view: str, *roles: Role) -> None:
    """Users of these roles read a case at ``view``, whose address takes its ``number``."""
    _case_pages.update(dict.fromkeys(roles, view))


def case_page_of(role: str) -> str:
    """URL name of a role's page of a case; empty where nobody registered one."""
    return _case_pages.get(Role(role), "") if role else ""


def work_groups(role: str, path: str, user: Any = None) -> list[tuple[str | Promise, list[Link]]]:
    """(heading, links) of the side bar for ``role`` on the page at ``path``."""
    items = _for_role("work", role, user)
    links = _links(items, path)
    grouped = [
        (title, [link for item, link in zip(items, links, strict=True) if item.group == key])
        for key, title in GROUPS.items()
    ]
    return [(title, links) for title, links in grouped if links]


def phone_links(role: str, path: str) -> list[Link]:
    """At most four links for the phone's bottom bar; the fifth place is 更多."""
    items = _for_role("work", role)
    chosen = [item for item in items if item.phone][:4]
    return [link for item, link in zip(items, _links(items, path), strict=True) if item in chosen]


def public_links(role: str, path: str) -> tuple[list[Link], list[Link]]:
    """Links of the portal's top bar: everybody's, and below them those of the role alone."""
    items = _for_role("public", role)
    links = list(zip(items, _links(items, path), strict=True))
    return [link for item, link in links if not item.roles], [link for item, link in links if item.roles]


def _for_role(bar: Bar, role: str, user: Any = None) -> list[Item]:
    allowed = (
        item
        for item in _items[bar].values()
        if not item.roles or role in item.roles or (user is not None and item.also and item.also(role, user))
    )
    places = list(GROUPS)
    return sorted(allowed, key=lambda item: (places.index(item.group), item.order))


def _links(items: Iterable[Item], path: str) -> list[Link]:
    """The item with the longest address that ``path`` begins with is the current one."""
    addresses = [(item, reverse(item.view)) for item in items]
    matching = [href for _item, href in addresses if path == href or (href != "/" and path.startswith(href))]
    current = max(matching, key=len, default=None)
    return [Link(href, item.title, item.icon, href == current) for item, href in addresses]
