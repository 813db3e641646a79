"""Telling persons and employers what was found for them (告知本人和单位), once, in the transaction of the finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.messaging.actions.queueing import Draft, queue_messages
from juxian.apps.messaging.registry import template
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.models import FindRun, Found
from juxian.apps.policies.registry import page
from juxian.core.packs.schema import Pack
from juxian.core.policy.wording import money_words
from juxian.core.text import Text

APPLY = template(
    "policies.found",
    Text("您符合“{benefit}”", "You are entitled to {benefit}"),
    Text(
        "按 {day} 登记的信息，您符合《{policy}》的“{benefit}”（{amount}）。登录后可查看理由并申请。",
        "By what is recorded on {day} you are entitled to {benefit} ({amount}) under {policy}. Sign in to read why and to apply.",
    ),
)
WITHOUT = template(
    "policies.found_without_application",
    Text("“{benefit}”免申即享", "{benefit}: no application needed"),
    Text(
        "按 {day} 登记的信息，您符合《{policy}》的“{benefit}”（{amount}），不用申请。核定日：{decides}。此前可登录查看理由或放弃。",
        "By what is recorded on {day} you are entitled to {benefit} ({amount}) under {policy}; you need not apply. It is granted "
        "from: {decides}. Until then you may sign in to read why, or decline.",
    ),
)
EMPLOYER = template(
    "policies.found_employer",
    Text("本单位 {count} 人新符合政策", "{count} of your people are newly entitled"),
    Text(
        "截至 {day}，本单位有 {count} 人新符合人才政策，已告知有账号的本人。请提醒他们登录查看。",
        "As of {day}, {count} of your people are newly entitled under talent policies; those with an account have been told. "
        "Please remind them to sign in.",
    ),
)
GRANTED = template(
    "policies.found_granted",
    Text("“{benefit}”已核定", "{benefit} is granted"),
    Text(
        "《{policy}》的“{benefit}”（{amount}）已于 {day} 核定。收款账户：{account}。",
        "{benefit} ({amount}) under {policy} was granted on {day}. Bank details: {account}.",
    ),
)
ACCOUNT = template(
    "policies.found_account",
    Text("请确认收款账户，“{benefit}”即可核定", "Confirm your bank details, and {benefit} is granted"),
    Text(
        "《{policy}》的“{benefit}”（{amount}）异议期已满，等待您登记并确认收款账户；确认后当晚核定，不用申请。",
        "The days to object to {benefit} ({amount}) under {policy} are over; it waits for your bank details. Once they are "
        "confirmed it is granted the same night, without an application.",
    ),
)
LATER = Text("由人才办确认", "as the office confirms")
IN_KIND = Text("服务或资格", "a service or a standing")


def tell_persons(*, found: Sequence[Found], pack: Pack, root: Organisation) -> int:
    """Tell each person with an account, once for each row."""
    users = _users_of(found)
    return queue_messages(
        Draft(
            recipient=users[row.person_id],
            template=(WITHOUT if row.state == Found.State.WAITING else APPLY).name,
            placeholders={
                **words_of(row, pack),
                "day": row.found_on.isoformat(),
                "decides": row.decides_on.isoformat() if row.decides_on else LATER,
            },
            key=f"policies.found:{row.pk}",
            place=root,
            link=_link(),
        )
        for row in found
        if row.person_id in users
    )


def tell_granted(*, found: Found, pack: Pack, confirmed: bool | None, day: str) -> int:
    """Tell the person that it was granted, and that bank details are to be confirmed where they are not."""
    users = _users_of([found])
    account = {
        True: Text("已确认", "confirmed"),
        False: Text(
            "未登记或未确认，请登录登记、确认", "not there or not confirmed; please sign in and confirm them"
        ),
        None: Text("不需要", "not needed"),
    }[confirmed]
    return queue_messages(
        Draft(
            recipient=user,
            template=GRANTED.name,
            placeholders={**words_of(found, pack), "day": day, "account": account},
            key=f"policies.found_granted:{found.pk}",
            place=found.home,
            link=_link(),
        )
        for user in users.values()
    )


def tell_account_wanted(*, found: Found, pack: Pack) -> int:
    """Tell the person that only the bank details are missing, once."""
    return queue_messages(
        Draft(
            recipient=user,
            template=ACCOUNT.name,
            placeholders=words_of(found, pack),
            key=f"policies.found_account:{found.pk}",
            place=found.home,
            link=_link(),
        )
        for user in _users_of([found]).values()
    )


def tell_employers(*, run: FindRun, root: Organisation) -> int:
    """Tell each employer how many of its people a run found, once."""
    rows = Found.objects.filter(run=run, found_on=run.as_of).told().exclude(person__profile__employer=None)
    pairs = rows.values_list("person__profile__employer", "person").distinct().order_by()
    counts = Counter(employer for employer, _person in pairs.iterator())
    posts = Post.objects.held_on(run.as_of).filter(role=Role.EMPLOYER, organisation__code__in=list(counts))
    return queue_messages(
        Draft(
            recipient=post.user,
            template=EMPLOYER.name,
            placeholders={"day": run.as_of.isoformat(), "count": str(counts[post.organisation.code])},
            key=f"policies.found_employer:{run.pk}:{post.user_id}:{post.organisation_id}",
            place=root,
        )
        for post in posts.select_related("user", "organisation")
    )


def words_of(found: Found, pack: Pack) -> dict[str, str | Text]:
    """What a message fills in of a find."""
    policy = pack.policies[found.policy]
    benefit = policy.benefits[found.benefit]
    return {
        "policy": policy.title,
        "benefit": benefit.title,
        "amount": money_words(found.amount_fen) if found.amount_fen else IN_KIND,
    }


def _users_of(found: Sequence[Found]) -> dict[int, User]:
    users = User.objects.filter(person__in={row.person_id for row in found}, is_active=True)
    return {user.person_id: user for user in users if user.person_id is not None}


def _link() -> str:
    return reverse(page()) if page() else ""
