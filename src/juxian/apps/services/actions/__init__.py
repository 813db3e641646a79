"""Writing: cases begin, move, end; what goes with it is written in the same transaction."""

from juxian.apps.services.actions.acting import Wanted, act_on_case
from juxian.apps.services.actions.drafting import drop_draft, save_draft
from juxian.apps.services.actions.effects import carry_out_waiting
from juxian.apps.services.actions.opening import NotTakenIn, open_service, submit_application
from juxian.apps.services.actions.storing import Overtaken
from juxian.apps.services.actions.timing import redate_cases, sweep_timers, upload_year

__all__ = [
    "NotTakenIn",
    "Overtaken",
    "Wanted",
    "act_on_case",
    "carry_out_waiting",
    "drop_draft",
    "open_service",
    "redate_cases",
    "save_draft",
    "submit_application",
    "sweep_timers",
    "upload_year",
]
