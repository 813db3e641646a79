"""Accounts (账户): kind, unit, and the balances they may hold.

Every entry adds up to nothing, so all balances of one unit always add up to nothing: what a source has given (negative)
equals what is free, promised, paid or owed (positive).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What is counted; an entry never mixes two."""

    FEN = "fen"  # 分
    POST = "post"  # 编制数
    PLACE = "place"  # 名额、床位、学位


class Kind(StrEnum):
    """What a balance means (账户类别)."""

    APPROPRIATION = "appropriation"  # 资金来源、核定总量: 0 or less
    BUDGET = "budget"  # 可用额度
    RESERVED = "reserved"  # 已承诺未拨付
    PAID = "paid"  # 已拨付（扣除已追回）
    OCCUPIED = "occupied"  # 在用编制、名额（实名）
    RECEIVABLE = "receivable"  # 应收退回
    PENALTY = "penalty"  # 违约金: 0 or less
    WRITTEN_OFF = "written_off"  # 减免、核销
    HELD = "held"  # 专户存款：收到的租金、押金
    INCOME = "income"  # 应计收入（租金）: 0 or less
    DEPOSIT = "deposit"  # 代管押金，欠承租人: 0 or less


_SIGNED = {Kind.APPROPRIATION, Kind.PENALTY, Kind.INCOME, Kind.DEPOSIT}


@dataclass(frozen=True, slots=True)
class Account:
    """One account. floor and ceiling: the least and the most it may hold; None is no bound."""

    id: str
    kind: Kind
    unit: Unit = Unit.FEN
    floor: int | None = 0
    ceiling: int | None = None


def account(kind: Kind, name: str, unit: Unit = Unit.FEN, ceiling: int | None = None) -> Account:
    """The account ``kind:name`` with the bounds of its kind.

    The floor of ``paid:{grant}`` at 0 is what keeps refunds within what was paid; sources, penalties, income and deposits
    held for somebody stay at 0 or less.
    """
    if kind in _SIGNED:
        return Account(f"{kind}:{name}", kind, unit, None, 0)
    return Account(f"{kind}:{name}", kind, unit, 0, ceiling)
