"""Changing the register (登记与更正): every action is one transaction with one audit entry.

The profile of each person touched is derived again in the same transaction.
"""

from juxian.apps.persons.actions.deriving import add_facts, refresh_profiles
from juxian.apps.persons.actions.documents import (
    DocumentDraft,
    number_digest,
    number_digests,
    present_digests,
)
from juxian.apps.persons.actions.recording import (
    FactDraft,
    note_confirmation,
    record_facts,
    record_facts_of_many,
    withdraw_fact,
    withdraw_source,
)
from juxian.apps.persons.actions.registering import next_numbers, register_people_in_bulk, register_person
from juxian.apps.persons.actions.settling import NotStanding, set_verification, settle_conflict, verify_facts

__all__ = [
    "DocumentDraft",
    "FactDraft",
    "NotStanding",
    "add_facts",
    "next_numbers",
    "note_confirmation",
    "number_digest",
    "number_digests",
    "present_digests",
    "record_facts",
    "record_facts_of_many",
    "refresh_profiles",
    "register_people_in_bulk",
    "register_person",
    "set_verification",
    "settle_conflict",
    "verify_facts",
    "withdraw_fact",
    "withdraw_source",
]
