"""Who may propose, decide, and read the paper (更正权限)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse, same_hands
from juxian.apps.clock import today
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Correction
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person

PURPOSE = "correction"


def may_propose(user: User, person: Person) -> Decision:
    """The person, or the present employer (提出更正)."""
    if person.merged_into_id:
        return refuse(_("该档案已并入其他档案，请在保留的档案上操作。"))
    if user.person_id == person.pk or employer_of(user, person):
        return allow()
    return refuse(_("只能为本人或本单位在职人员提出更正。"))


def employer_of(user: User, person: Person) -> Organisation | None:
    """The organisation for which ``user`` speaks as the present employer of ``person``."""
    profile = getattr(person, "profile", None)
    if profile is None or not profile.employer:
        return None
    paths = user.paths_for([Role.EMPLOYER], on=today())
    return Organisation.objects.under(*paths).filter(code=profile.employer).first() if paths else None


def may_decide(user: User, correction: Correction) -> Decision:
    """The talent office, and not about what the same user proposed (核对更正)."""
    if correction.state != State.OPEN:
        return refuse(_("这项更正已经办理。"))
    if same_hands(user, correction.by_id):
        return refuse(_("不能核对自己提出的更正。"))
    return has_role(user, [Role.OFFICE], correction.home)


def paper_readable(file: StoredFile, user: Any) -> Readable | None:
    """The talent office of the place, and who sent it, as long as they may speak for the person."""
    if not user.is_authenticated:
        return None
    if file.uploaded_by_id == user.pk:
        found = Correction.objects.filter(file=file).select_related("person__profile").first()
        if found is None or user.person_id == found.person_id or employer_of(user, found.person):
            return Readable(recorded=False)
    if file.home.path not in user.paths_for([Role.OFFICE], on=today()):
        return None
    found = Correction.objects.filter(file=file).select_related("person").first()
    return Readable(about=found.person if found else None)
