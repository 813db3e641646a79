"""What every template finds under ``kit`` (模板公共数据); worked out only when a template asks."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise

from juxian.apps.accounts.models import Post, User
from juxian.apps.messaging.queries import unread_count
from juxian.apps.packs.queries import installed
from juxian.core.packs.schema import Pack
from juxian.web.kit import formats, navigation
from juxian.web.kit.scope import NothingInstalled, Scope, current_scope, posts_of, signs_in


class Frame:
    """The page around the content: place, bars, language, theme."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def nonce(self) -> str:
        """Of the Content-Security-Policy of this answer."""
        return getattr(self.request, "csp_nonce", "")

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or empty: as the system says."""
        return getattr(self.request, "theme", "")

    @property
    def next_theme(self) -> str:
        return "light" if self.theme == "dark" else "dark"

    @property
    def language(self) -> str:
        return formats.language()

    @property
    def other_language(self) -> str:
        return "zh-hans" if self.language == "en" else "en"

    @property
    def demo(self) -> bool:
        return settings.JUXIAN_DEMO

    @property
    def user(self) -> User | AnonymousUser:
        return getattr(self.request, "user", AnonymousUser())

    @cached_property
    def scope(self) -> Scope | None:
        """None where there is nothing to show a scope of: an empty database, a user without a post."""
        try:
            return current_scope(self.request)
        except (PermissionDenied, NothingInstalled):
            return None

    @property
    def product(self) -> str:
        """Name of the platform of the place; empty where there is none, or somebody signs in and no place was named."""
        if self.scope is None or (signs_in(self.request) and not self.scope.chosen):
            return ""
        return self.scope.product

    @property
    def role(self) -> str:
        return self.scope.role if self.scope else ""

    @cached_property
    def groups(self) -> list[tuple[str | Promise, list[navigation.Link]]]:
        return navigation.work_groups(self.role, self.request.path, self.user)

    @cached_property
    def phone_links(self) -> list[navigation.Link]:
        return navigation.phone_links(self.role, self.request.path)

    @cached_property
    def public_links(self) -> tuple[list[navigation.Link], list[navigation.Link]]:
        return navigation.public_links(self.role, self.request.path)

    @property
    def start(self) -> str:
        return navigation.start_of(self.role)

    @cached_property
    def posts(self) -> list[Post]:
        return posts_of(self.user) if isinstance(self.user, User) else []

    @cached_property
    def unread(self) -> int:
        """Messages that the user has not read, up to 99."""
        return unread_count(self.user) if isinstance(self.user, User) else 0

    @cached_property
    def places(self) -> list[Pack]:
        """Installed packs, for the choice of place."""
        return installed()

    @property
    def here(self) -> str:
        """Local address of this page, to come back to after a POST of the frame."""
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path


def kit(request: HttpRequest) -> dict[str, Frame]:
    return {"kit": Frame(request)}
