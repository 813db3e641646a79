"""Reading pools for a user (分类人才库查询)."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.persons.models import Person
from juxian.apps.pools.models import Membership, Pool

READERS = (Role.OFFICE, Role.LEADER)


def pools_visible_to(user: User) -> QuerySet[Pool]:
    """Pools of the jurisdictions where the user is the talent office or a leader."""
    return Pool.objects.under(*user.paths_for(READERS, on=today()))


def with_sizes(pools: QuerySet[Pool]) -> QuerySet[Pool]:
    """Each with ``size``, its members now, in the same query: those in the index of the pool, less the few that stand for nobody."""
    members = Membership.objects.filter(pool=OuterRef("pk"), until=None).order_by()
    merged = members.filter(person__in=Person.objects.filter(merged_into__isnull=False).values("pk"))
    return pools.annotate(size=_number(members) - _number(merged))


def _number(members: QuerySet[Membership]) -> Coalesce:
    return Coalesce(Subquery(members.values("pool").annotate(number=Count("pk")).values("number")), 0)


def members_of(pool: Pool) -> QuerySet[Membership]:
    """Members now, newest first, with what a list shows of them."""
    return pool.memberships.standing().select_related("person__profile", "by")
