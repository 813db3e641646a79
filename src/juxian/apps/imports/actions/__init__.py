"""What can be done with a roster (名册操作): hand in, correct the mapping, decide, accept, undo."""

from juxian.apps.imports.actions.accepting import accept_batch, accept_rows
from juxian.apps.imports.actions.deciding import decide_row, decide_rows
from juxian.apps.imports.actions.staging import (
    AlreadyHandedIn,
    TooLarge,
    correct_mapping,
    read_batch,
    stage_file,
)
from juxian.apps.imports.actions.undoing import undo_batch

__all__ = [
    "AlreadyHandedIn",
    "TooLarge",
    "accept_batch",
    "accept_rows",
    "correct_mapping",
    "decide_row",
    "decide_rows",
    "read_batch",
    "stage_file",
    "undo_batch",
]
