"""Who tells people that an account was suspended (停用告知); an app that can fills this in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

Teller = Callable[[Any, Collection[Any]], object]  # what was done about an account, users who are to know
_tellers: list[Teller] = []


def told_of_suspensions_by(teller: Teller) -> None:
    _tellers[:] = [teller]


def tell_of_suspension(asked: Any, others: Collection[Any]) -> None:
    for teller in _tellers:
        teller(asked, others)
