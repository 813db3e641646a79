"""What the newest run over a register found (筛查结果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from juxian.apps.policies.models import Determination, SweepRun


@dataclass(frozen=True, slots=True)
class BenefitTotal:
    """entitled: persons with a yes. unknown: persons with something missing. amount_fen: total of the yes."""

    entitled: int = 0
    unknown: int = 0
    amount_fen: int = 0


def newest_run(pack_code: str) -> SweepRun | None:
    """The newest complete run of a pack, or None when nothing was run yet."""
    return SweepRun.objects.filter(pack=pack_code, finished_at__isnull=False).order_by("-id").first()


def benefit_totals(run: SweepRun | None, policy: str = "") -> dict[tuple[str, str], BenefitTotal]:
    """(policy, benefit) → totals of a run, in one query; ``policy`` keeps to one."""
    if run is None:
        return {}
    rows = Determination.objects.filter(run=run, **({"policy": policy} if policy else {}))
    counted = (
        rows.order_by().values_list("policy", "benefit", "verdict").annotate(Count("id"), Sum("amount_fen"))
    )
    totals: dict[tuple[str, str], BenefitTotal] = {}
    for policy_id, benefit, verdict, count, amount in counted:
        before = totals.get((policy_id, benefit), BenefitTotal())
        totals[policy_id, benefit] = (
            BenefitTotal(count, before.unknown, amount or 0)
            if verdict == Determination.Verdict.YES
            else BenefitTotal(before.entitled, count, before.amount_fen)
        )
    return totals


def persons_determined(
    run: SweepRun, policy: str, benefit: str = "", verdict: str = "yes"
) -> QuerySet[Determination, Any]:
    """Ids of the persons (one column) for whom a run found ``verdict`` under a policy or one benefit of it."""
    rows = Determination.objects.filter(run=run, policy=policy, verdict=verdict)
    return (rows.filter(benefit=benefit) if benefit else rows).order_by().values("person_id")


def entitled_persons(run: SweepRun | None, policy: str = "") -> int:
    """Different persons with at least one yes."""
    rows = Determination.objects.filter(run=run, verdict=Determination.Verdict.YES)
    rows = rows.filter(policy=policy) if policy else rows
    count: int = rows.order_by().values("person_id").distinct().count() if run else 0
    return count
