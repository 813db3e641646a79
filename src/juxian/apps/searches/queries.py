"""Saved searches that a user may open (常用查询)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.searches.models import SavedSearch

READERS = (Role.OFFICE, Role.LEADER)


def searches_visible_to(user: User) -> QuerySet[SavedSearch]:
    """The user's own, and those that the unit of a post of the user shares; none without such a post."""
    units = Organisation.objects.filter(path__in=user.paths_for(READERS, on=today()))
    seen = Q(owner=user) | Q(shared=True)
    return SavedSearch.objects.filter(seen, organisation__in=units).select_related("owner", "organisation")


def searches_to_watch() -> QuerySet[SavedSearch]:
    """Those whose owner wants to be told."""
    return SavedSearch.objects.filter(alert=True).select_related("owner", "organisation").order_by("pk")
