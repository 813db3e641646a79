"""Cases that a page may show (查找办件)."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from juxian.apps.accounts.enums import Role
from juxian.apps.services.models import Case
from juxian.apps.services.queries.loading import CASE_PARTS
from juxian.apps.services.queries.visible import visible_to
from juxian.web.kit.access import user_of

STAFF = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER)


def find_case(request: HttpRequest, number: str) -> Case:
    """A case that the user may see, 404 for every other."""
    cases = visible_to(user_of(request)).select_related(
        *CASE_PARTS, "opened_by", "person__profile", "person__home"
    )
    return get_object_or_404(cases, number=number)
