"""Who may decide on personal data (个人信息权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.persons.models import Person
from juxian.apps.privacy.models import ErasureRequest


def may_speak_for(user: User, person: Person) -> Decision:
    """Give or withdraw consent, ask to delete: the person alone."""
    return allow() if user.person_id == person.pk else refuse(_("只能由本人办理。"))


def may_decide(user: User, request: ErasureRequest) -> Decision:
    return has_role(user, [Role.OFFICE], request.person.home)
