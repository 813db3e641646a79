"""When the loss of people is worth a warning (流失预警)."""

from __future__ import annotations

from enum import Enum

FEWEST = 3  # people: below this a share says nothing
SHARE = 10  # per cent of those at the start


class Warning_(Enum):  # noqa: N801  # the plain word is a built-in exception
    """Why a unit is marked."""

    NONE = "none"
    LOSS = "loss"
    NOBODY_JOINS = "nobody_joins"


def warning_of(start: int, left: int, joined: int, start_of_all: int, left_of_all: int) -> Warning_:
    """At least three left, more than a tenth of the unit and a greater share than of all units together.

    A unit that lost three and gained nobody is marked whatever the share.
    """
    if left < FEWEST:
        return Warning_.NONE
    if 100 * left > SHARE * start and left * start_of_all > left_of_all * start:
        return Warning_.LOSS
    return Warning_.NOBODY_JOINS if joined == 0 else Warning_.NONE
