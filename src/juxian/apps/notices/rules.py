"""Who may write, publish and read notices (公示权限)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role, refuse, same_hands
from juxian.apps.clock import today
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable
from juxian.apps.notices.models import Notice
from juxian.apps.organisations.models import Organisation

PURPOSE = "notice"


def may_write_notices(user: User, organisation: Organisation) -> Decision:
    """Write, publish and take down notices of ``organisation``."""
    return has_role(user, [Role.OFFICE], organisation)


def may_publish_notice(user: User, notice: Notice) -> Decision:
    """A second person of the office publishes: whoever wrote a notice does not let it out alone."""
    if same_hands(user, notice.written_by_id):
        return refuse(_("拟稿人不能自己发布，请由另一位经办核查并发布。"))
    return may_write_notices(user, notice.home)


def attachment_readable(file: StoredFile, user: Any) -> Readable | None:
    """Everybody reads the attachment of a notice that stands; the office those of its own place at any time."""
    if Notice.objects.standing_on(today()).filter(attachment=file).exists():
        return Readable(recorded=False)
    own = isinstance(user, User) and has_role(user, [Role.OFFICE], file.home)
    return Readable() if own else None
