"""Services and their cases (事项与办件): definitions in YAML, and how a case moves."""

from __future__ import annotations

from juxian.core.services.answers import check_answers, materials_needed, prefilled, suggested
from juxian.core.services.bundles import (
    Bundle,
    BundleEntry,
    answers_of,
    joined_form,
    joined_materials,
    materials_of,
)
from juxian.core.services.cases import (
    CLOCK,
    Action,
    Actor,
    CaseState,
    Mark,
    Outcome,
    case_from_json,
    case_to_json,
)
from juxian.core.services.definition import Party, Relation, Role, Service
from juxian.core.services.engine import act, open_case, redate
from juxian.core.services.letters import render_letter
from juxian.core.services.possible import Possible, possible_actions
from juxian.core.services.reading import read_service
from juxian.core.services.refusals import CaseRefused, Why
from juxian.core.services.revising import CannotRevise, obstacles, revise
from juxian.core.services.soundness import check_units

__all__ = [
    "CLOCK",
    "Action",
    "Actor",
    "Bundle",
    "BundleEntry",
    "CannotRevise",
    "CaseRefused",
    "CaseState",
    "Mark",
    "Outcome",
    "Party",
    "Possible",
    "Relation",
    "Role",
    "Service",
    "Why",
    "act",
    "answers_of",
    "case_from_json",
    "case_to_json",
    "check_answers",
    "check_units",
    "joined_form",
    "joined_materials",
    "materials_needed",
    "materials_of",
    "obstacles",
    "open_case",
    "possible_actions",
    "prefilled",
    "read_service",
    "redate",
    "render_letter",
    "revise",
    "suggested",
]
