"""What several persons may receive together (多人合计封顶): a couple, those of one employer or controller, all of a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from juxian.core.policy.language import Expression
from juxian.core.policy.wording import money_words
from juxian.core.text import Text

Per = Literal["household", "place", "field"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``amount_fen``, or ``persons``, of some benefits for those who belong together.

    per: the couple, all of the place, or those whose profile says the same in ``field`` (employer, controller). each_year:
    what falls due in a year, and who was granted in it; else all that was ever granted. when: it counts only those of whom this
    held when they were granted.
    """

    id: str
    title: Text
    benefits: tuple[str, ...]
    per: Per
    basis: str
    field: str = ""
    amount_fen: int | None = None
    persons: int | None = None
    each_year: bool = False
    source: str = ""
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One payment of a grant: ``person`` is who gets it, ``year`` when it falls due, ``granted`` the year of the grant."""

    person: int
    granted: int
    year: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Broken:
    """used, asked: fen, or persons where ``in_persons``. year 0: of all years."""

    limit: Limit
    used: int
    asked: int
    most: int
    year: int = 0
    in_persons: bool = False

    @property
    def message(self) -> Text:
        def told(count: int) -> Text:
            return Text(f"{count} 人", f"{count} persons") if self.in_persons else money_words(count)

        used, most, asked = told(self.used), told(self.most), told(self.asked)
        when_zh, when_en = (f"{self.year} 年", f" in {self.year}") if self.year else ("", "")
        title = self.limit.title
        return Text(
            f"“{title.zh}”：{when_zh}已核定 {used.zh}，再核定 {asked.zh}将超过 {most.zh}",
            f"{title.in_language('en')}: {used.en} granted{when_en}; {asked.en} more would exceed {most.en}",
        )


def broken(limit: Limit, asked: Iterable[Part], given: Iterable[Part]) -> Broken | None:
    """What stands against ``asked`` beside what was ``given`` under the same limit to those who belong together."""
    wanted, known = list(asked), list(given)
    if limit.amount_fen is not None:
        for year in sorted({part.year for part in wanted}) if limit.each_year else [0]:
            used, more = (
                sum(part.amount_fen for part in parts if not limit.each_year or part.year == year)
                for parts in (known, wanted)
            )
            if used + more > limit.amount_fen:
                return Broken(limit, used, more, limit.amount_fen, year)
    if limit.persons is not None and wanted:
        year = wanted[0].granted if limit.each_year else 0
        have = {part.person for part in known if not limit.each_year or part.granted == year}
        if wanted[0].person not in have and len(have) + 1 > limit.persons:
            return Broken(limit, len(have), 1, limit.persons, year, in_persons=True)
    return None
