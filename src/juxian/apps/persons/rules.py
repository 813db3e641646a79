"""Who may do what with persons (人才库权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person


def may_register(user: User, home: Organisation) -> Decision:
    """Open a new record in the jurisdiction ``home`` (建档)."""
    return has_role(user, [Role.OFFICE], home)


def may_record_facts(user: User, person: Person) -> Decision:
    """Add a fact (补充信息项)."""
    if person.merged_into_id:
        return refuse(_("该档案已并入其他档案，请在保留的档案上操作。"))
    return has_role(user, [Role.OFFICE], person.home)


def may_reveal(user: User, person: Person) -> Decision:
    """Read a masked value in full (查看完整号码); the person may always read their own."""
    if user.person_id == person.pk:
        return allow()
    return has_role(user, [Role.OFFICE], person.home)
