"""Comparing saved searches with the register each night (常用查询提醒).

It stands here because the conditions of the list are read by the form of the list.
"""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.searches.actions import WATCHED_AT_MOST, note_matches
from juxian.apps.searches.models import SavedSearch
from juxian.apps.searches.queries import searches_to_watch, searches_visible_to
from juxian.web.desk.persons.filtering import RegisterFilter
from juxian.web.kit.scope import Scope


def watch_searches() -> dict[str, int]:
    """Every search whose owner wants to be told, each in its own transaction; what the owner may not see does not count."""
    told = [watch(search) for search in searches_to_watch().iterator()]
    return {"searches": len(told), "new": sum(told)}


def watch(search: SavedSearch) -> int:
    """How many people are new. A search that can no longer be read, or whose owner lost the post, finds nobody."""
    owner = search.owner
    if not owner.is_active or not searches_visible_to(owner).filter(pk=search.pk).exists():
        return 0
    pack = pack_of(search.organisation)
    home = Organisation.objects.get(code=pack.root)
    scope = Scope(search.organisation, pack, Role.OFFICE, "zh", today())
    form = RegisterFilter(search.query, scope=scope, home=home)
    if not form.is_valid():
        return 0
    found = form.narrow(persons_visible_to(owner).filter(home=home))
    people = found.people.order_by(f"-{found.record}").values_list("pk", flat=True)
    return note_matches(search=search, people=list(people[: WATCHED_AT_MOST + 1]), day=scope.as_of)
