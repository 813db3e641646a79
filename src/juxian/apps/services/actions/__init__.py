"""Writing: cases begin, move, end; what goes with it is written in the same transaction."""

from juxian.apps.services.actions.acting import Wanted, act_on_case
from juxian.apps.services.actions.bulk import Listed, begin_bulk, carry_on
from juxian.apps.services.actions.conferring import (
    NotOnAgenda,
    close_conference,
    convene,
    escalate,
    resolve,
)
from juxian.apps.services.actions.drafting import drop_draft, kept_draft, save_draft
from juxian.apps.services.actions.effects import carry_out_waiting
from juxian.apps.services.actions.helping import (
    NotNamed,
    NotTaken,
    assign_officer,
    cover_for,
    end_cover,
    end_officer,
    hand_over,
    move_turn,
    name_officer,
    put_back,
    take_turn,
)
from juxian.apps.services.actions.joining import Part, TogetherRefused, submit_together
from juxian.apps.services.actions.listpapers import (
    HandedIn,
    NotAttached,
    attach_paper,
    hand_in_list,
    take_off_paper,
)
from juxian.apps.services.actions.migrating import Migrated, Tried, cases_behind, move_to_current, try_to_move
from juxian.apps.services.actions.opening import NotTakenIn, open_service, submit_application
from juxian.apps.services.actions.rating import AlreadyRated, end_freeze, freeze, rate, reply_to_rating
from juxian.apps.services.actions.storing import Overtaken
from juxian.apps.services.actions.timing import redate_cases, sweep_timers, upload_year
from juxian.apps.services.actions.visiting import TooManyVisits, ask_as_visitor, count_visit

__all__ = [
    "AlreadyRated",
    "HandedIn",
    "Listed",
    "Migrated",
    "NotAttached",
    "NotNamed",
    "NotOnAgenda",
    "NotTaken",
    "NotTakenIn",
    "Overtaken",
    "Part",
    "TogetherRefused",
    "TooManyVisits",
    "Tried",
    "Wanted",
    "act_on_case",
    "ask_as_visitor",
    "assign_officer",
    "attach_paper",
    "begin_bulk",
    "carry_on",
    "carry_out_waiting",
    "cases_behind",
    "close_conference",
    "convene",
    "count_visit",
    "cover_for",
    "drop_draft",
    "end_cover",
    "end_freeze",
    "end_officer",
    "escalate",
    "freeze",
    "hand_in_list",
    "hand_over",
    "kept_draft",
    "move_to_current",
    "move_turn",
    "name_officer",
    "open_service",
    "put_back",
    "rate",
    "redate_cases",
    "reply_to_rating",
    "resolve",
    "save_draft",
    "submit_application",
    "submit_together",
    "sweep_timers",
    "take_off_paper",
    "take_turn",
    "try_to_move",
    "upload_year",
]
