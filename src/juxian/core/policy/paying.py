"""What becomes of a payment after the first (后续各期): paid, held, stopped, or the end of it all."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from juxian.core.policy.document import Pay
from juxian.core.policy.language import Expression
from juxian.core.policy.rowwise import Situation, evaluate


class Later(StrEnum):
    """Of a payment after the first, on one day. The first that is certain counts."""

    ENDED = "ended"  # 终止: what is left is given up
    STOPPED = "stopped"  # 停发: held until the office has looked at it
    NOT_MET = "not_met"  # 未达到条件
    UNKNOWN = "unknown"  # 待核
    PAID = "paid"  # 发放


def later_payment(
    pay: Pay, profile: Mapping[str, Any], at: Situation, *, happened: bool | None = None
) -> Later:
    """happened: the event that payments wait for (``upon``); None looks whether it is recorded at all."""
    ended, stopped = _holds(pay.ends_if, profile, at), _holds(pay.stops_if, profile, at)
    if ended is True:
        return Later.ENDED
    if stopped is True:
        return Later.STOPPED
    asked = True if pay.each_if is None else _holds(pay.each_if, profile, at)
    if asked is False:
        return Later.NOT_MET
    event = (profile.get(pay.upon) is not None if happened is None else happened) if pay.upon else True
    return Later.UNKNOWN if None in (ended, stopped, asked) or not event else Later.PAID


def _holds(condition: Expression | None, profile: Mapping[str, Any], at: Situation) -> bool | None:
    """A condition that is not written does not hold."""
    found: bool | None = False if condition is None else evaluate(condition.clause, profile, at)
    return found
