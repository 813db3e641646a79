"""Long work on policies outside the request (后台任务); arguments are ids only."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.policies.actions import run_simulation
from juxian.apps.policies.models import Simulation
from juxian.apps.policies.queries import texts_in_force, with_published
from juxian.core.packs import pack_called


@task()
def simulate(simulation_id: int) -> None:
    """Work a simulation out; progress is ``done``."""
    simulation = Simulation.objects.get(pk=simulation_id)
    texts = texts_in_force([simulation.pack], simulation.as_of).get(simulation.pack, {})
    run_simulation(simulation=simulation, pack=with_published(pack_called(simulation.pack), texts))
