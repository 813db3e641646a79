"""Long work on policies outside the request (后台任务); arguments are ids only."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.actions import find_entitled, grant_due, run_simulation
from juxian.apps.policies.models import Simulation
from juxian.apps.policies.queries import pack_in_force


@task()
def simulate(simulation_id: int) -> None:
    """Work a simulation out; progress is ``done``."""
    simulation = Simulation.objects.get(pk=simulation_id)
    run_simulation(simulation=simulation, pack=pack_in_force(simulation.pack, simulation.as_of))


def find_everywhere() -> str:
    """The night's work: who has become entitled in each place, and what falls due without application."""
    day = today()
    found = asked = 0
    for code in sorted(set(Organisation.objects.order_by().values_list("pack", flat=True)) - {""}):
        try:
            pack = pack_in_force(code, day)
        except KeyError:  # a place whose files are no longer here
            continue
        run = find_entitled(pack=pack, as_of=day)
        asked, found = asked + run.asked, found + run.found
    granted, stopped = grant_due(day)
    return f"asked {asked}, found {found}, granted {granted}, stopped {stopped}"
