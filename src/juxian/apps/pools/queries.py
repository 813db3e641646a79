"""Reading pools for a user (分类人才库查询)."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.pools.models import Membership, Pool

READERS = (Role.OFFICE, Role.LEADER)


def pools_visible_to(user: User) -> QuerySet[Pool]:
    """Pools of the jurisdictions where the user is the talent office or a leader."""
    return Pool.objects.under(*user.paths_for(READERS, on=today()))


def with_sizes(pools: QuerySet[Pool]) -> QuerySet[Pool]:
    """Each with ``size``, its members now, in the same query."""
    standing = Q(memberships__until=None, memberships__person__merged_into=None)
    return pools.annotate(size=Count("memberships", filter=standing))


def members_of(pool: Pool) -> QuerySet[Membership]:
    """Members now, newest first, with what a list shows of them."""
    return pool.memberships.standing().select_related("person__profile", "by")
