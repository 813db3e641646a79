"""Every view says who may open it (访问声明); a test walks all addresses and refuses one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.web.kit.responses import go, wants_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.sessions import FACTOR

EVERYBODY = frozenset({"everybody"})
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Open to visitors without an account."""
    view.open_to = EVERYBODY  # type: ignore[attr-defined]  # ``open_to`` reads it
    return view


def for_roles(
    *roles: Role, before_factor: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Open to users whose acting post has one of ``roles``; visitors are asked to sign in, others get 403.

    Where the role needs a second factor, the user is led to set it up first, except on pages ``before_factor``.
    """

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if current_scope(request).role not in roles:
                raise PermissionDenied(_("您的岗位没有这项权限。"))
            if not before_factor and lacks_factor(request):
                return go(request, "factor")
            return view(request, *args, **kwargs)

        guarded.open_to = frozenset(roles)  # type: ignore[attr-defined]  # ``open_to`` reads it
        return guarded

    return declare


def lacks_factor(request: HttpRequest) -> bool:
    """The acting role needs a second factor, and this session was begun without one."""
    needed = current_scope(request).role in settings.JUXIAN_SECOND_FACTOR
    return needed and not request.session.get(FACTOR)


def open_to(view: Callable[..., HttpResponse]) -> frozenset[str] | None:
    """The roles a view was declared for, ``EVERYBODY``, or None when it declares nothing."""
    return getattr(view, "open_to", None)


def user_of(request: HttpRequest) -> User:
    """Who is signed in. Raises ``PermissionDenied`` when nobody is, which a view for roles never sees."""
    if not isinstance(request.user, User):
        raise PermissionDenied(_("请先登录。"))
    return request.user


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back afterwards; a fragment is led there as a whole page."""
    if wants_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = redirect_to_login(_page_of(request)).url
        return answer
    return redirect_to_login(request.get_full_path())


def _page_of(request: HttpRequest) -> str:
    """Local address of the page that a fragment was asked from; ``/`` when its header is no address."""
    try:
        return request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]  # of the middleware of htmx
    except ValueError:
        return "/"
