"""Rules over the lines of a budget (支出结构): at least or at most such a part of a whole, as data of a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from juxian.core.money import yuan
from juxian.core.text import Text

PER_MILLE = 1000


@dataclass(frozen=True)
class ShareRule:
    """``least_per_mille`` ≤ part / whole ≤ ``most_per_mille``; the bounds themselves are kept (“以上”“不低于”).

    part, whole: names of budget lines, e.g. {"high-end-recruiting"} of all lines; or whole: one outside figure by name, such
    as the year's general budget revenue. on_breach: only warn, or block the entry that would break it.
    """

    id: str
    title: Text
    part: frozenset[str]
    whole: frozenset[str]
    least_per_mille: int | None = None
    most_per_mille: int | None = None
    on_breach: Literal["warn", "block"] = "warn"

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.least_per_mille, self.most_per_mille) if bound is not None]
        if not bounds or min(bounds) < 0 or bounds != sorted(bounds) or not self.part or not self.whole:
            raise ValueError(f"rule {self.id} needs lines and bounds in order")


@dataclass(frozen=True, slots=True)
class ShareResult:
    """holds: None when a figure is not known. short_fen: what the part lacks; excess_fen: what it has too much."""

    rule: ShareRule
    holds: bool | None
    part_fen: int | None
    whole_fen: int | None
    short_fen: int = 0
    excess_fen: int = 0

    @property
    def blocks(self) -> bool:
        return self.holds is False and self.rule.on_breach == "block"

    @property
    def message(self) -> Text:
        title = self.rule.title
        if self.holds is None:
            return Text(f"{title.zh}：数据不全，无法判断", f"{title.en}: a figure is not known")
        if self.holds:
            return Text(f"{title.zh}：符合", f"{title.en}: kept")
        amount = yuan(self.short_fen or self.excess_fen)
        zh, en = (f"还差 {amount} 元", f"{amount} yuan short")
        if self.excess_fen:
            zh, en = (f"超出 {amount} 元", f"{amount} yuan too much")
        return Text(f"{title.zh}：{zh}", f"{title.en}: {en}")


def check_share(rule: ShareRule, amounts: Mapping[str, int]) -> ShareResult:
    """Compare whole fen, never a rounded percentage. amounts: line or outside figure → fen; absent is not known."""
    if not rule.part <= amounts.keys() or not rule.whole <= amounts.keys():
        return ShareResult(rule, None, None, None)
    part, whole = (sum(amounts[name] for name in names) for names in (rule.part, rule.whole))
    least, most = rule.least_per_mille, rule.most_per_mille
    short = 0 if least is None else max(0, -(-whole * least // PER_MILLE) - part)
    excess = 0 if most is None else max(0, part - whole * most // PER_MILLE)
    return ShareResult(rule, not short and not excess, part, whole, short, excess)


def blocking(
    rules: Iterable[ShareRule], before: Mapping[str, int], after: Mapping[str, int]
) -> list[ShareResult]:
    """Rules that stop a change from ``before`` to ``after``: broken afterwards, and not less broken than before."""
    found = []
    for rule in rules:
        was, now = check_share(rule, before), check_share(rule, after)
        worse = now.short_fen > was.short_fen or now.excess_fen > was.excess_fen
        if now.blocks and (was.holds is not False or worse):
            found.append(now)
    return found
