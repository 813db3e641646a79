"""Who may read and add texts of the library (文件库权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation

READERS = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER)
WRITERS = (Role.OFFICE,)


def may_read_library(user: User) -> Decision:
    """Open the library (查阅文件库)."""
    return has_role(user, READERS)


def may_add_text(user: User, organisation: Organisation) -> Decision:
    """Add a text on behalf of ``organisation`` (录入文件)."""
    return has_role(user, WRITERS, organisation)
