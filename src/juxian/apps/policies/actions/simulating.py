"""Working out what drafts would change (政策测算), in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.actions.drafting import DraftWrong
from juxian.apps.policies.actions.sweeping import population_frame
from juxian.apps.policies.models import Simulation
from juxian.core.packs.schema import Pack
from juxian.core.policy.comparing import replaced
from juxian.core.policy.drafts import read_draft

SCENARIOS_LIMIT = 6


@transaction.atomic
def begin_simulation(
    *,
    pack: Pack,
    policy: str,
    scenarios: Sequence[Mapping[str, str]],
    as_of: date,
    root: Organisation,
    by: User,
) -> Simulation:
    """Ask for scenarios, each a ``name`` and a ``text`` of the policy. Raises ``DraftWrong`` for a text with mistakes."""
    for scenario in scenarios[:SCENARIOS_LIMIT]:
        found, problems = read_draft(scenario["text"], policy, pack.schema)
        if found is None:
            raise DraftWrong(problems)
    kept = [dict(scenario) for scenario in scenarios[:SCENARIOS_LIMIT]]
    simulation = Simulation.objects.create(
        pack=pack.code, policy=policy, as_of=as_of, scenarios=kept, total=len(kept), asked_by=by
    )  # fmt: skip
    detail = {"policy": policy, "as_of": as_of.isoformat(), "scenarios": [item["name"] for item in kept]}
    record("policies.simulated", actor=by, subject=simulation, organisation_path=root.path, detail=detail)
    return simulation


def run_simulation(*, simulation: Simulation, pack: Pack) -> None:
    """Every scenario in turn against what is in force; ``done`` tells how far it is. Doing it again gives the same."""
    from juxian.core.policy.simulating import simulate  # polars loads only when somebody sweeps

    root = Organisation.objects.get(code=pack.root)
    frame = population_frame(pack, root)
    results: list[dict[str, Any]] = []
    current = list(pack.policies.values())
    for number, scenario in enumerate(simulation.scenarios, 1):
        policy, problems = read_draft(scenario["text"], simulation.policy, pack.schema)
        if policy is None:
            raise DraftWrong(problems)
        then = replaced(pack.policies, {simulation.policy: policy})
        results.append(
            {"name": scenario["name"], **simulate(current, then, frame, simulation.as_of, pack.schema)}
        )
        Simulation.objects.filter(pk=simulation.pk).update(done=number)
    Simulation.objects.filter(pk=simulation.pk).update(result=results, finished_at=now())
