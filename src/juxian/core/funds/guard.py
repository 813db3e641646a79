"""The same thing paid twice (重复享受): across policies, levels of administration and the household."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from juxian.core.funds.book import SameThing, named
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that was granted or received. benefit: ``policy/benefit``, or a bare benefit id of a statement.

    place: code of the pack; household: it is the spouse's. title: for the reader; amount_fen: None where it is not known.
    key: what it is found under, so that a claim is never in conflict with itself.
    """

    benefit: str
    place: str
    title: str
    amount_fen: int | None = None
    household: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """rule: the group by which they are the same; None when it is the very same benefit."""

    claim: Claim
    rule: SameThing | None

    @property
    def message(self) -> Text:
        whose_zh, whose_en = ("配偶", "the spouse") if self.claim.household else ("本人", "the person")
        why_zh, why_en = (
            (f"，按“{self.rule.title.zh}”不重复享受", f" (not twice: {self.rule.title.in_language('en')})")
            if self.rule
            else ("", "")
        )
        return Text(
            f"{whose_zh}已在 {self.claim.place} 享受“{self.claim.title}”{why_zh}",
            f"{whose_en} has received “{self.claim.title}” at {self.claim.place}{why_en}",
        )


def conflicts(asked: Claim, others: Iterable[Claim], rules: Iterable[SameThing]) -> list[Conflict]:
    """What stands against granting ``asked`` beside ``others``."""
    known = tuple(rules)
    found = []
    for other in others:
        if other.key and other.key == asked.key:
            continue
        rule = next((rule for rule in known if _same(asked, other, rule)), None)
        if rule is not None or (_is_same_benefit(asked, other) and not other.household):
            found.append(Conflict(other, rule))
    return found


def _same(asked: Claim, other: Claim, rule: SameThing) -> bool:
    if other.household and rule.across != "household":
        return False
    return all(_named(claim, rule.benefits) for claim in (asked, other))


def _named(claim: Claim, words: tuple[str, ...]) -> bool:
    """Words may name a place: ``city:policy/benefit``; a bare benefit id counts too, as statements name it."""
    if named(claim.benefit, words) or named(f"{claim.place}:{claim.benefit}", words):
        return True
    return "/" not in claim.benefit and any(word.rpartition("/")[2] == claim.benefit for word in words)


def _is_same_benefit(one: Claim, other: Claim) -> bool:
    return one.benefit.rpartition("/")[2] == other.benefit.rpartition("/")[2]
