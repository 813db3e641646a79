"""Filling pools (入库与出库): by their condition, and by hand with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.conditions import as_filter
from juxian.apps.persons.models import Person, Profile
from juxian.apps.persons.queries import schema_for
from juxian.apps.pools.enums import Entry
from juxian.apps.pools.models import Membership, Pool
from juxian.core.packs.schema import Pack
from juxian.core.policy import names_of_schema, parse_condition

CHUNK = 2000


@dataclass
class NotPossible(Exception):
    """Already in the pool, or a record that cannot be (无法入库)."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@transaction.atomic
def install_pools(*, pack: Pack, home: Organisation) -> int:
    """Create or bring up to its file every pool of a pack; members and history stay. Returns their number."""
    for entry in pack.pools.values():
        Pool.objects.update_or_create(
            home=home,
            code=entry.id,
            defaults={
                "title": entry.title.zh,
                "title_en": entry.title.en,
                "description": entry.description.zh,
                "condition": entry.condition,
            },
        )
    return len(pack.pools)


@transaction.atomic
def refresh_pool(*, pool: Pool, by: User | None = None, as_of: date | None = None) -> tuple[int, int]:
    """Members by condition come and go as their profiles say on the day; returns how many joined and left.

    Hand-picked members stay; who was taken out by hand does not come back by condition.
    """
    pool = Pool.objects.select_for_update(of=("self",)).select_related("home").get(pk=pool.pk)
    day = as_of or today()
    wanted = _matching(pool, day)
    standing = dict(pool.memberships.filter(until=None).values_list("person_id", "entry"))
    barred = set(pool.memberships.filter(barred=True).values_list("person_id", flat=True))
    joining = sorted(wanted - standing.keys() - barred)
    leaving = [
        person for person, entry in standing.items() if entry == Entry.CONDITION and person not in wanted
    ]
    Membership.objects.bulk_create(
        (
            Membership(pool=pool, person_id=person, entry=Entry.CONDITION, since=day, by=by)
            for person in joining
        ),
        batch_size=CHUNK,
    )
    for start in range(0, len(leaving), CHUNK):
        part = leaving[start : start + CHUNK]
        pool.memberships.filter(until=None, person__in=part).update(until=day, reason=_("不再符合条件"))
    pool.refreshed_on = day
    pool.save(update_fields=["refreshed_on"])
    record(
        "pools.refreshed",
        actor=by,
        subject=pool,
        organisation_path=pool.home.path,
        detail={"joined": len(joining), "left": len(leaving)},
    )
    return len(joining), len(leaving)


def refresh_all() -> dict[str, int]:
    """Every pool with a condition, each in its own transaction (定时更新)."""
    changes = [refresh_pool(pool=pool) for pool in Pool.objects.exclude(condition="")]
    return {"pools": len(changes), "joined": sum(a for a, _b in changes), "left": sum(b for _a, b in changes)}


@transaction.atomic
def add_member(*, pool: Pool, person: Person, by: User, reason: str) -> Membership:
    """Pick somebody by hand (人工选入). Raises ``NotPossible``."""
    Pool.objects.select_for_update().get(pk=pool.pk)
    if person.home_id != pool.home_id or person.merged_into_id:
        raise NotPossible(_("该档案不属于本地，或已并入其他档案。"))
    if pool.memberships.filter(person=person, until=None).exists():
        raise NotPossible(_("该人已在库中。"))
    pool.memberships.filter(person=person, barred=True).update(barred=False)
    made = Membership.objects.create(
        pool=pool, person=person, entry=Entry.HAND, since=today(), reason=reason[:200], by=by
    )
    record(
        "pools.member_added",
        actor=by,
        subject=person,
        organisation_path=pool.home.path,
        detail={"pool": pool.code},
        reason=reason,
    )
    return made


@transaction.atomic
def remove_member(*, membership: Membership, by: User, reason: str) -> None:
    """Take somebody out by hand (人工移出), for good unless picked again; the stay remains readable."""
    standing = Membership.objects.filter(pk=membership.pk, until=None)
    if standing.update(until=today(), barred=True, reason=reason[:200], by=by):
        record(
            "pools.member_removed",
            actor=by,
            subject=membership.person,
            organisation_path=membership.pool.home.path,
            detail={"pool": membership.pool.code},
            reason=reason,
        )


def _matching(pool: Pool, day: date) -> set[int]:
    """Living records for which the condition is known to hold on the day."""
    if not pool.condition:
        return set()
    schema = schema_for(pool.home)
    found = as_filter(parse_condition(pool.condition, names_of_schema(schema), pool.code), schema, day)
    profiles = Profile.objects.filter(found, home=pool.home, person__merged_into=None)
    return set(profiles.values_list("person_id", flat=True))
