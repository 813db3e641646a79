"""Why an entry is not posted (拒绝入账)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.ledger.accounts import Account, Kind, Unit
from juxian.core.ledger.entries import Entry
from juxian.core.money import yuan
from juxian.core.text import Text

_SHORT = {
    Kind.BUDGET: Text("可用额度不足", "the budget does not suffice"),
    Kind.RESERVED: Text("超出已承诺的余额", "more than is left of the commitment"),
    Kind.PAID: Text("退回超过已拨付的金额", "more is taken back than was paid"),
    Kind.OCCUPIED: Text("没有可收回的在用名额", "nothing in use is left to return"),
    Kind.RECEIVABLE: Text("超出应收余额", "more than is still owed"),
}


class InvalidEntry(ValueError):
    """The entry is no entry: a mistake of the program that made it, never of a person."""


@dataclass
class Refused(Exception):
    """An entry that cannot be posted now; ``message`` is for the person who tried."""

    entry: Entry

    @property
    def message(self) -> Text:
        raise NotImplementedError

    def __str__(self) -> str:
        return str(self.message)


@dataclass
class KeyReused(Refused):
    """The key stands in the journal with other content (同一业务编号、不同内容): never let through, always told."""

    posted: Entry

    @property
    def message(self) -> Text:
        return Text(
            f"业务编号 {self.entry.key} 已于 {self.posted.day} 入账，内容不同；请核对，不得重复办理",
            f"{self.entry.key} was posted on {self.posted.day} with other content; check it, do not repeat it",
        )


@dataclass
class KeyRefused(Refused):
    """The key was refused before, by a bound or by the bank; only another attempt has another key."""

    reason: str

    @property
    def message(self) -> Text:
        return Text(
            f"业务编号 {self.entry.key} 曾被拒绝（{self.reason}）；须重新发起",
            f"{self.entry.key} was refused before ({self.reason}); start another attempt",
        )


@dataclass
class OutOfBounds(Refused):
    """A balance would fall below its floor or rise above its ceiling (余额不足、超限)."""

    account: Account
    balance: int
    change: int

    @property
    def message(self) -> Text:
        word = _SHORT.get(self.account.kind, Text("余额不足", "the balance does not suffice"))
        if self.change > 0:
            word = Text("超出上限", "more than it may hold")
        have, want = (amount_in_words(amount, self.account.unit) for amount in (self.balance, self.change))
        return Text(
            f"{self.account.id}：{word.zh}（现有 {have.zh}，变动 {want.zh}）",
            f"{self.account.id}: {word.en} (holds {have.en}, change {want.en})",
        )


@dataclass
class NotReversible(Refused):
    """What it would take back was never posted, is itself a reversal, or was taken back before."""

    @property
    def message(self) -> Text:
        return Text(
            f"{self.entry.reverses} 未入账或已冲销，不能再冲销",
            f"{self.entry.reverses} was not posted, or was taken back before",
        )


def amount_in_words(amount: int, unit: Unit) -> Text:
    """``1200000`` fen → 12,000 元; posts and places by their own word."""
    if unit is Unit.FEN:
        return Text(f"{yuan(amount)} 元", f"{yuan(amount)} yuan")
    return Text(f"{amount} {'个编制' if unit is Unit.POST else '个名额'}", f"{amount} {unit}s")
