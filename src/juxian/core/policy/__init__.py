"""The policy language: read, check, evaluate, explain, sweep (政策规则语言)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from juxian.core.facts.schema import Schema
from juxian.core.policy.cases import Case, CaseResult, run_cases
from juxian.core.policy.document import Policy
from juxian.core.policy.entitlements import Entitlement, Entitlements, Verdict, entitlements
from juxian.core.policy.language import Amount, Expression, evaluate_condition, parse_condition
from juxian.core.policy.names import Name, Names, names_of_schema
from juxian.core.policy.reading import read_cases, read_policy
from juxian.core.policy.reasons import Standing
from juxian.core.policy.together import check_policies

ENGINE_VERSION = "1"  # raised when the same text and the same profile could come out otherwise than before

if TYPE_CHECKING:
    import polars


def sweep(
    policies: Iterable[Policy], frame: polars.DataFrame, as_of: date, schema: Schema, engine: str = "polars"
) -> polars.DataFrame:
    """Everybody's entitlements at once; see ``sweeping.sweep``."""
    from juxian.core.policy import sweeping  # polars loads only when somebody sweeps

    return sweeping.sweep(policies, frame, as_of, schema, engine)


__all__ = [
    "ENGINE_VERSION",
    "Amount",
    "Case",
    "CaseResult",
    "Entitlement",
    "Entitlements",
    "Expression",
    "Name",
    "Names",
    "Policy",
    "Standing",
    "Verdict",
    "check_policies",
    "entitlements",
    "evaluate_condition",
    "names_of_schema",
    "parse_condition",
    "read_cases",
    "read_policy",
    "run_cases",
    "sweep",
]
