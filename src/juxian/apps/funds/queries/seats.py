"""Pools of posts beside who holds them (编制周转池查询)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.models import Seat
from juxian.apps.funds.queries.grants import READERS
from juxian.apps.funds.queries.ledger import balances_of
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import PostPool


@dataclass(frozen=True, slots=True)
class PoolBalance:
    """One pool by the ledger: what was given to it, and what is free."""

    pool: PostPool
    total: int
    free: int

    @property
    def taken(self) -> int:
        return self.total - self.free


def pool_balances(pack: str, pools: Mapping[str, PostPool]) -> list[PoolBalance]:
    """Every pool of the place, in one query."""
    stems = {id_: f"{pack}/pool/{id_}" for id_ in pools}
    names = [name for stem in stems.values() for name in (f"appropriation:{stem}/total", f"budget:{stem}")]
    held = balances_of(names)
    return [
        PoolBalance(pools[id_], -held[f"appropriation:{stem}/total"], held[f"budget:{stem}"])
        for id_, stem in stems.items()
    ]


def seats_visible_to(user: User) -> QuerySet[Seat]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return Seat.objects.filter(home__in=places)
