"""A notice for each place of the demonstration (演示公示): generated people, masked names."""

from __future__ import annotations

from datetime import timedelta

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.notices.actions import publish_notice, write_notice
from juxian.apps.notices.enums import NoticeField
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person

SHOWN, DAYS = 5, 30


def seed_notices(root: Organisation, clerk: User, checker: User) -> None:
    """One public notice and one draft, of a few persons each."""
    numbers = list(Person.objects.filter(home=root).order_by("number").values_list("number", flat=True))
    drafts = [
        write_notice(
            home=root,
            title=title,
            body="以下人员拟认定为相应层次人才，现予公示。如有异议，请在公示期内向人才办反映。（演示数据）",
            fields=[NoticeField.NAME, NoticeField.EMPLOYER, NoticeField.TALENT_LEVEL],
            numbers=chosen,
            since=today(),
            until=today() + timedelta(days=DAYS),
            by=clerk,
        )
        for title, chosen in (
            ("高层次人才认定结果公示（演示）", numbers[:SHOWN]),
            ("安家补贴拟发放名单公示（演示草稿）", numbers[SHOWN : 2 * SHOWN]),
        )
    ]
    publish_notice(notice=drafts[0], by=checker)
