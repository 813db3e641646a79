"""The policy language: read, check, evaluate, explain (政策规则语言)."""

from juxian.core.policy.language import (
    Amount,
    Expression,
    evaluate_condition,
    parse_condition,
)
from juxian.core.policy.names import Name, Names, names_of_schema

__all__ = [
    "Amount",
    "Expression",
    "Name",
    "Names",
    "evaluate_condition",
    "names_of_schema",
    "parse_condition",
]
