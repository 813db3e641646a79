"""What is done about records that may be one person (查重操作): find, decide, merge, take apart."""

from juxian.apps.linking.actions.deciding import (
    NeedsReason,
    SampleTooSmall,
    decide_class,
    decide_pair,
    remember_apart,
)
from juxian.apps.linking.actions.finding import (
    Found,
    candidates_for,
    candidates_for_many,
    compare_all,
    find_pairs,
    forget_traces,
    make_traces,
)
from juxian.apps.linking.actions.merging import CannotMerge, merge_persons, sources_after, unmerge

__all__ = [
    "CannotMerge",
    "Found",
    "NeedsReason",
    "SampleTooSmall",
    "candidates_for",
    "candidates_for_many",
    "compare_all",
    "decide_class",
    "decide_pair",
    "find_pairs",
    "forget_traces",
    "make_traces",
    "merge_persons",
    "remember_apart",
    "sources_after",
    "unmerge",
]
