"""Telling the other administrators that somebody was shut out (停用告知), in the transaction that did it."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from juxian.apps.accounts.models import AccountProposal, User
from juxian.apps.messaging.actions.queueing import Draft, queue_messages
from juxian.apps.messaging.registry import template
from juxian.core.text import Text

SUSPENDED = template(
    "accounts.suspended",
    Text("账号 {account} 已停用", "Account {account} has been suspended"),
    Text(
        "{by}停用了{name}的账号 {account}，已立即生效，登录全部结束。安全管理员确认或撤销，此前请核实是否属实。",
        "{by} suspended the account {account} of {name}. It took effect at once and every session has ended. "
        "The security administrator confirms it or lifts it; please check that it was right.",
    ),
)


def tell_of_suspension(asked: AccountProposal, others: Collection[User]) -> int:
    """One message to each; returns how many are new."""
    said = {"account": asked.username, "name": str(asked.user), "by": str(asked.proposed_by)}
    return queue_messages(
        Draft(
            user, SUSPENDED.name, said, f"accounts.suspended:{asked.pk}:{user.pk}", link=reverse("desk:post")
        )
        for user in others
    )
