"""The tokens of a jurisdiction (令牌查询)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.tokens.models import ApiToken, ApiTokenQuerySet


def tokens_visible_to(user: User) -> ApiTokenQuerySet:
    """Tokens of the jurisdictions whose system administrator the user is, newest first."""
    paths = user.paths_for([Role.SYSTEM_ADMIN], on=today()) if user.is_authenticated else []
    roots = Organisation.objects.filter(path__in=paths)
    return ApiToken.objects.filter(organisation__in=roots).select_related("created_by", "organisation")
