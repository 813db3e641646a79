"""What other apps do for the benefits that a run finds (政策找人的接口); they fill it in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Granter = Callable[
    [Any, str, str, str, Any], str
]  # person, policy, benefit, key, day → what was made, e.g. grant:42
Accounts = Callable[[Sequence[int]], Mapping[int, bool]]  # persons → whether their bank details are confirmed


class NotGranted(Exception):
    """A grant that is not possible; told to the office as it is."""


_granters: list[Granter] = []
_accounts: list[Accounts] = []
_page: list[str] = []


def grants_through(granter: Granter) -> None:
    """Who promises money; the same key twice promises once. It raises ``NotGranted``."""
    _granters[:] = [granter]


def accounts_through(known: Accounts) -> None:
    """Who knows bank details."""
    _accounts[:] = [known]


def shown_at(view: str) -> None:
    """Name of the page on which persons see what was found for them; messages lead there."""
    _page[:] = [view]


def granter() -> Granter | None:
    return _granters[0] if _granters else None


def accounts_confirmed(people: Sequence[int]) -> Mapping[int, bool]:
    """Person → whether there are confirmed bank details; empty when nobody keeps any."""
    return _accounts[0](people) if _accounts else {}


def page() -> str:
    return _page[0] if _page else ""
