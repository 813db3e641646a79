"""Who may do what with policies (政策权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role, refuse, same_hands
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.models import PolicyDraft


def may_read_determinations(user: User) -> Decision:
    """Open the policies at the desk, with numbers and totals (查看政策与筛查结果)."""
    return has_role(user, [Role.OFFICE, Role.DEPARTMENT, Role.LEADER])


def may_sweep(user: User, root: Organisation) -> Decision:
    """Run the policies of a jurisdiction over its register (政策找人)."""
    return has_role(user, [Role.OFFICE], root)


def may_find(user: User, root: Organisation) -> Decision:
    """Search for persons who have become entitled, grant and stop what was found (政策找人、免申即享)."""
    return has_role(user, [Role.OFFICE], root)


def may_draft(user: User, root: Organisation) -> Decision:
    """Rewrite a copy of a policy (起草政策)."""
    return has_role(user, [Role.OFFICE], root)


def may_publish(user: User, draft: PolicyDraft, root: Organisation) -> Decision:
    """Put a submitted draft in force (发布政策): another officer than the one who wrote it last."""
    if draft.state != PolicyDraft.State.SUBMITTED:
        return refuse(_("这份草稿没有提交发布。"))
    if same_hands(user, draft.written_by_id):
        return refuse(_("起草人不能发布自己的草稿，请另一位经办发布。"))
    return has_role(user, [Role.OFFICE], root)
