"""As whom, for which organisation and in which language a page is asked for (当前身份与范围)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.audit.registry import acts_as, on_behalf_of
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.apps.packs.queries import pack_of
from juxian.core.packs.schema import Pack
from juxian.web.kit import formats

PLACE_COOKIE = "place"  # a visitor's choice of place, code of a pack
SIGNING_IN = ("sign-in", "sign-in-code", "first-password")
POST_SESSION_KEY = "post"  # a user's choice among own posts, primary key


class NothingInstalled(Exception):
    """No pack has been installed yet, so there is no place to show."""

    def __str__(self) -> str:
        return _("系统尚未安装任何地方包。请管理员运行 juxian demo 或 juxian pack load。")


@dataclass(frozen=True, slots=True)
class Scope:
    """The acting post, or the place that a visitor looks at.

    role: a value of ``Role``, empty for a visitor. language: ``zh`` or ``en``. as_of: today. chosen: whether the place was
    named or is the only one, not merely the first.
    """

    organisation: Organisation
    pack: Pack
    role: str
    language: str
    as_of: date
    post: Post | None = None
    chosen: bool = True

    @property
    def place(self) -> str:
        """Name of the place or institution, e.g. 嘉峪关市."""
        return self.pack.title.in_language(self.language)

    @property
    def product(self) -> str:
        """Name of the platform, e.g. 嘉峪关市人才工作平台."""
        return self.pack.product.in_language(self.language)


def current_scope(request: HttpRequest) -> Scope:
    """The scope of a request, worked out once.

    Raises ``PermissionDenied`` when a user holds no post, ``NothingInstalled`` on an empty database.
    """
    scope = getattr(request, "_juxian_scope", None)
    if scope is None:
        user = getattr(request, "user", None)
        scope = _of_user(request, user) if isinstance(user, User) else _of_visitor(request)
        request._juxian_scope = scope  # type: ignore[attr-defined]  # read above, nowhere else
    return scope


def posts_of(user: User) -> list[Post]:
    """The user's posts today, own ones first, the most official first."""
    order = {role: place for place, role in enumerate(Role.values)}
    return sorted(
        user.posts_on(today()),
        key=lambda post: (post.stands_for_id is not None, order[post.role], post.organisation.path),
    )


def _of_user(request: HttpRequest, user: User) -> Scope:
    posts = posts_of(user)
    if not posts:
        raise PermissionDenied(_("您的账号目前没有岗位，请联系系统管理员。"))
    wanted = request.session.get(POST_SESSION_KEY)
    post = next((post for post in posts if post.pk == wanted), posts[0])
    on_behalf_of.set(post.stands_for.user.username if post.stands_for else "")
    acts_as.set(f"{post.role}@{post.organisation.code}")
    return Scope(post.organisation, pack_of(post.organisation), post.role, formats.language(), today(), post)


def _of_visitor(request: HttpRequest) -> Scope:
    """The place in the address (``/p/<pack>/…``), else the one asked for, the one chosen before, or the first.

    Where somebody signs in, the place of the page that comes next is asked for.
    """
    installed = {item.code: item for item in InstalledPack.objects.select_related("root")}
    match = request.resolver_match
    wished = (
        match.kwargs.get("pack") if match else None,
        _place_in(request.POST.get("next") or request.GET.get("next", "")) if signs_in(request) else None,
        request.GET.get(PLACE_COOKIE),
        request.COOKIES.get(PLACE_COOKIE),
    )
    found = (installed[code] for code in wished if code in installed)
    named = next(found, None)
    item = named or next(iter(installed.values()), None)
    if item is None:
        raise NothingInstalled
    chosen = named is not None or len(installed) == 1
    return Scope(item.root, pack_of(item.root), "", formats.language(), today(), chosen=chosen)


def signs_in(request: HttpRequest) -> bool:
    """Whether the page is one of those before somebody is signed in, which are no place's own."""
    match = request.resolver_match
    return match is not None and match.view_name in SIGNING_IN


def _place_in(address: str) -> str:
    """The place that an address of this site names, as ``/p/<pack>/…`` or ``?place=<pack>``; empty for none."""
    try:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return ""
        asked = parse_qs(parts.query, max_num_fields=20).get(PLACE_COOKIE, [""])[0]
        named: str = resolve(parts.path).kwargs.get("pack", "")
    except (ValueError, Resolver404):
        return ""
    return named or asked
