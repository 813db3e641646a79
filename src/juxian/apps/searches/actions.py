"""Keeping searches, telling of new people, and writing exports down (保存查询、提醒、导出留痕)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record, record_each
from juxian.apps.messaging.actions.queueing import queue_message
from juxian.apps.messaging.registry import template
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.searches.models import SavedSearch
from juxian.core.text import Text

WATCHED_AT_MOST = 2000  # persons of one search
NEW_PEOPLE = template(
    "searches.new_people",
    Text("常用查询“{name}”有新人符合", "New people match the search {name}"),
    Text("新符合 {number} 人，打开查询可以只看这些人。", "{number} new; the search shows them alone."),
)
TOO_MANY = template(
    "searches.too_many",
    Text(
        "常用查询“{name}”符合的人太多，已停止提醒", "The search {name} matches too many people to be watched"
    ),
    Text(
        "最多比对 {number} 人。请收窄条件后再开启提醒。",
        "At most {number} are watched. Narrow it, then ask to be told again.",
    ),
)


@dataclass
class NameTaken(Exception):
    """The owner has a search of this name (名称已用)."""

    name: str

    def __str__(self) -> str:
        return _("您已有名为“%(name)s”的查询，请换一个名称。") % {"name": self.name}


@transaction.atomic
def save_search(
    *,
    search: SavedSearch | None = None,
    organisation: Organisation,
    by: User,
    name: str,
    query: Mapping[str, str],
    columns: Sequence[str],
    shared: bool,
    alert: bool,
) -> SavedSearch:
    """Keep a search, or change one. Watching begins anew whenever it is switched on. Raises ``NameTaken``."""
    kept = search or SavedSearch(organisation=organisation, owner=by)
    if not alert or not kept.alert:
        kept.watched_on, kept.seen, kept.fresh, kept.too_many = None, [], [], False
    kept.name, kept.query, kept.columns = name, dict(query), list(columns)
    kept.shared, kept.alert = shared, alert
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    record(
        "searches.saved",
        actor=by,
        subject=kept,
        organisation_path=kept.organisation.path,
        detail={"shared": shared, "alert": alert},
    )
    return kept


@transaction.atomic
def drop_search(*, search: SavedSearch, by: User) -> None:
    """Forget a search (删除常用查询)."""
    record("searches.dropped", actor=by, subject=search, organisation_path=search.organisation.path)
    search.delete()


@transaction.atomic
def note_matches(*, search: SavedSearch, people: Sequence[int], day: date) -> int:
    """Compare who matches today with who matched before and tell the owner once; returns how many are new.

    people: ids, one more than ``WATCHED_AT_MOST`` at most. The first time nobody is new.
    """
    held = SavedSearch.objects.select_for_update(of=("self",)).select_related("owner", "organisation")
    kept = held.get(pk=search.pk)
    if kept.watched_on == day:
        return 0
    if len(people) > WATCHED_AT_MOST:
        kept.alert, kept.too_many, kept.seen, kept.fresh, kept.watched_on = False, True, [], [], None
        kept.save()
        _tell(kept, TOO_MANY.name, WATCHED_AT_MOST, day)
        return 0
    fresh = sorted(set(people) - set(kept.seen)) if kept.watched_on else []
    if fresh:
        kept.fresh = fresh
        _tell(kept, NEW_PEOPLE.name, len(fresh), day)
    kept.seen, kept.watched_on = sorted(people), day
    kept.save()
    return len(fresh)


@transaction.atomic
def note_export(
    *,
    home: Organisation,
    by: User,
    acting_as: str,
    address: str,
    reason: str,
    detail: Mapping[str, Any],
    people: Iterable[int],
) -> None:
    """Write down that a list of persons left the register (导出留痕), and for each of them that they stood in it.

    people: primary keys. A person sees it among the readings of the own record, and a search after an incident finds it.
    """
    whole = record(
        "persons.exported",
        actor=by,
        subject=home,
        organisation_path=home.path,
        acting_as=acting_as,
        address=address,
        detail=dict(detail),
        reason=reason,
    )
    named: dict[str, Any] = {"list": whole.pk}
    if "columns" in detail:
        named["fields"] = detail["columns"]
    record_each(
        "persons.listed",
        [(Person(pk=pk), named) for pk in sorted(set(people))],
        actor=by,
        organisation_path=home.path,
        acting_as=acting_as,
        address=address,
        reason=reason,
    )


def _tell(search: SavedSearch, words: str, number: int, day: date) -> None:
    queue_message(
        search.owner,
        words,
        {"name": search.name, "number": str(number)},
        f"{words}:{search.pk}:{day.isoformat()}",
        place=search.organisation,
        link=reverse("desk:search", args=[search.pk]) + "?new=1",
    )
