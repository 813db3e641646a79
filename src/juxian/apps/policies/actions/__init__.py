"""What happens to policies and determinations (政策与认定的动作)."""

from juxian.apps.policies.actions.deciding import (
    FoundChanged,
    decline_found,
    grant_due,
    grant_found,
    want_again,
)
from juxian.apps.policies.actions.drafting import (
    CasesFail,
    DraftChanged,
    DraftWrong,
    begin_draft,
    drop_draft,
    publish_draft,
    save_draft,
    submit_draft,
)
from juxian.apps.policies.actions.finding import FindBusy, find_entitled, mark_changed
from juxian.apps.policies.actions.publishing import publish_text
from juxian.apps.policies.actions.replaying import Replay, replay_run
from juxian.apps.policies.actions.simulating import begin_simulation, run_simulation
from juxian.apps.policies.actions.sweeping import population_frame, sweep_pack

__all__ = [
    "CasesFail",
    "DraftChanged",
    "DraftWrong",
    "FindBusy",
    "FoundChanged",
    "Replay",
    "begin_draft",
    "begin_simulation",
    "decline_found",
    "drop_draft",
    "find_entitled",
    "grant_due",
    "grant_found",
    "mark_changed",
    "population_frame",
    "publish_draft",
    "publish_text",
    "replay_run",
    "run_simulation",
    "save_draft",
    "submit_draft",
    "sweep_pack",
    "want_again",
]
