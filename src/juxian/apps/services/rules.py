"""Who may do what with cases beyond the steps of their service (办件权限)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case

HELPERS = (Role.OFFICE, Role.DEPARTMENT)  # may be named to help


def places_of_helper(user: User, day: date) -> list[str]:
    """Codes of the places where the user has a post of those who may be named; whoever left a place helps there no more."""
    return sorted({path.partition("/")[0] for path in user.paths_for(HELPERS, on=day)})


def may_act_for_applicant(user: User, case: Case) -> Decision:
    """Do what the applicant would do, with trace: the service officer and the office (代办)."""
    if case.officer_id == user.pk and case.home.code in places_of_helper(user, today()):
        return allow()
    return has_role(user, [Role.OFFICE], case.home)


def may_take_in_on_paper(user: User, home: Organisation) -> Decision:
    """Take in an application at the counter (窗口代录)."""
    return has_role(user, [Role.OFFICE], home)


def may_assign(user: User, case: Case) -> Decision:
    """Name the officer of a case, hand its work to another unit (指派、转办)."""
    if case.ended:
        return refuse(_("办件已办结。"))
    return has_role(user, [Role.OFFICE], case.home)


def may_name_officer(user: User, home: Organisation) -> Decision:
    """Name the service officers of a place's people, hand over, let others stand in (服务专员管理)."""
    return has_role(user, [Role.OFFICE], home)


def may_escalate(user: User, case: Case) -> Decision:
    """Bring a case before the joint conference (提交联席会议)."""
    return may_assign(user, case)


def may_rate(user: User, case: Case) -> Decision:
    """The applicant rates a case that has ended, once (好差评)."""
    if not case.ended:
        return refuse(_("办结后才能评价。"))
    own = user.person_id is not None and user.person_id == case.person_id
    return allow() if own or case.opened_by_id == user.pk else refuse(_("只有申请人可以评价。"))


def may_reply(user: User, case: Case) -> Decision:
    """Answer a rating (回复评价)."""
    return has_role(user, [Role.OFFICE], case.home)


def may_set_calendar(user: User) -> Decision:
    """Upload the announced days of a year (上传放假安排)."""
    return has_role(user, [Role.OFFICE, Role.SYSTEM_ADMIN])


def may_freeze(user: User, home: Organisation) -> Decision:
    """Stop taking in applications for a time (停办)."""
    return has_role(user, [Role.OFFICE], home)


def may_revise(user: User, home: Organisation) -> Decision:
    """Let running cases go on under a new version of their service (换用新版事项)."""
    return has_role(user, [Role.OFFICE], home)
