"""What follows a person when records are merged, and who must hear of changes (随人迁移的记录).

Apps above the register fill this in ``AppConfig.ready``; nothing is known of them here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Follower:
    """Rows of ``model`` (``app.Model``) that go with the person in ``field`` when two records become one.

    may_stay: a row of which a person has one at most, e.g. a confirmed account, stays where it is when the kept record has
    its own; otherwise it stops the merge.
    """

    model: str
    field: str = "person"
    may_stay: bool = False


_followers: list[Follower] = [
    Follower("persons.Fact"),
    Follower("persons.IdentityDocument"),
    Follower("persons.Resolution"),
]
Spouses = Callable[
    [Collection[int], date], Mapping[int, Any]
]  # ids of persons, day → person → spouse's record
_spouses: list[Spouses] = []
_handed_in: list[Callable[[Collection[int]], Any]] = []
_listeners: dict[Callable[[Sequence[Any]], None], frozenset[str]] = {}


def follows_person(model: str, field: str = "person", *, may_stay: bool = False) -> None:
    """The rows move on a merge and come back on an un-merge."""
    follower = Follower(model, field, may_stay)
    if follower not in _followers:
        _followers.append(follower)


def followers() -> tuple[Follower, ...]:
    return tuple(_followers)


def spouses_through(finder: Spouses) -> None:
    """finder: who is whose spouse on a day; the app that keeps couples gives it."""
    _spouses[:] = [finder]


def spouses_on(people: Collection[int], day: date) -> Mapping[int, Any]:
    """Person → record of the spouse, for those who are known to have one; nobody where no app keeps couples."""
    return _spouses[0](people, day) if _spouses and people else {}


def hear_of_changes(listener: Callable[[Sequence[Any]], None], kinds: Iterable[str] = ()) -> None:
    """listener: called with the persons whose profiles were derived again, in the same transaction.

    kinds: of facts; others do not matter to it. Empty: all do.
    """
    _listeners[listener] = frozenset(kinds)


def tell_of_changes(people: Sequence[Any], kinds: Iterable[str] = ()) -> None:
    """kinds: only facts of these kinds have changed; empty when it may be any."""
    changed = frozenset(kinds)
    for listener, wanted in _listeners.items():
        if not changed or not wanted or changed & wanted:
            listener(people)


def handed_in_by(sources: Callable[[Collection[int]], Any]) -> None:
    """sources: keys of users → query of the keys of sources that they handed in, beside the facts that they recorded."""
    if sources not in _handed_in:
        _handed_in.append(sources)


def sources_of(users: Collection[int]) -> list[Any]:
    """Queries of the keys of sources that these users handed in."""
    return [sources(users) for sources in _handed_in]
