"""Draws that the tests share: a small pool, its contributors and their reveals."""

from __future__ import annotations

from collections.abc import Sequence

from juxian.core.allocation.draw import Contributor, Frozen, Plan, Rule, freeze
from juxian.core.allocation.pool import Entrant, pool_of
from juxian.core.allocation.quotas import Quota
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.allocation.transcript import Transcript, conclude

ORGANISER = Contributor("市人才工作局", "organiser")
WITNESS = Contributor("驻局纪检组", "witness")
LOTTERY = Contributor("福利彩票双色球 2026134 期", "public")
REVEALS = (Reveal(ORGANISER.name, "0a" * 32, "8 2 5 7 1"), Reveal(WITNESS.name, "b1" * 32, "现场掷骰 3 6 2"))
PUBLIC = Reveal(LOTTERY.name, "", "02 09 14 21 27 33 + 06")

PANEL = Rule(
    "评审规程 2026-03",
    5,
    True,
    (
        Quota("employer", most=2),
        Quota("discipline", "内科", least=2),
        Quota("discipline", "外科", least=1, most=2),
    ),
)


def experts(count: int = 16) -> list[Entrant]:
    """Four employers, every third of surgery, one recused and one who reached the annual load."""
    barred = {5: "recused", 9: "load"}
    return [
        Entrant(
            f"e{number:02}",
            barred=barred.get(number, ""),
            groups={"employer": f"医院{number % 4}", "discipline": "外科" if number % 3 == 0 else "内科"},
        )
        for number in range(count)
    ]


def plan(
    rule: Rule = PANEL,
    entrants: Sequence[Entrant] | None = None,
    contributors: tuple[Contributor, ...] = (ORGANISER, WITNESS),
) -> Plan:
    return Plan("panel-2026-017", rule, pool_of(experts() if entrants is None else entrants), contributors)


def commitments(frozen: Frozen, reveals: Sequence[Reveal] = REVEALS) -> dict[str, str]:
    return {reveal.name: commitment(frozen.sha256, reveal) for reveal in reveals if reveal.nonce}


def drawn(of: Plan | None = None, reveals: Sequence[Reveal] = REVEALS) -> Transcript:
    """Freeze, commit, reveal, draw."""
    frozen = freeze(of or plan())
    return conclude(frozen, commitments(frozen, reveals), reveals)
