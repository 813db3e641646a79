"""Entitlements as plain data (待遇的数据形式): what ``--json`` prints and the API answers."""

from __future__ import annotations

from typing import Any

from juxian.core.policy.entitlements import Entitlement, Entitlements
from juxian.core.policy.explain import Reason


def explained(found: Entitlements, language: str) -> dict[str, Any]:
    """Every benefit with its reasons, what is missing, what would turn it."""
    return {
        "as_of": found.as_of.isoformat(),
        "total_fen": found.total_fen,
        "missing": list(found.missing),
        "benefits": [benefit_with_reasons(item, language) for item in found],
    }


def answered(found: Entitlements, language: str) -> dict[str, Any]:
    """Every benefit with its verdict and amount, without reasons; much quicker than ``explained``."""
    return {
        "as_of": found.as_of.isoformat(),
        "total_fen": found.total_fen,
        "missing": list(found.missing),
        "benefits": [benefit_alone(item, language) for item in found],
    }


def benefit_alone(item: Entitlement, language: str) -> dict[str, Any]:
    return {
        "policy": item.policy.id,
        "policy_title": item.policy.title.in_language(language),
        "version": item.version.since.isoformat(),
        "benefit": item.benefit.id,
        "title": item.benefit.title.in_language(language),
        "article": item.article,
        "basis": item.benefit.basis,
        "verdict": item.verdict.value,
        "standing": item.standing.value,
        "amount_fen": item.amount_fen,
        "offered_fen": item.offered_fen,
        "in_kind": item.in_kind.in_language(language) if item.in_kind else None,
        "missing": list(item.missing),
    }


def benefit_with_reasons(item: Entitlement, language: str) -> dict[str, Any]:
    return benefit_alone(item, language) | {
        "payments": [{"number": p.number, "amount_fen": p.amount_fen, "after_months": p.after_months, "needs": p.needs} for p in item.payments],
        "turns_on": item.turns_on.isoformat() if item.turns_on else None,
        "changes": [
            {"field": c.field, "title": c.title.in_language(language), "own": c.own.in_language(language), "needed": c.needed.in_language(language), "value": c.value, "amount_fen": c.amount_fen}
            for c in item.changes
        ],
        "displaced_by": [benefit.id for benefit in item.displaced_by],
        "reasons": [_reason(reason, language) for reason in item.reasons],
    }  # fmt: skip


def _reason(reason: Reason, language: str) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "statement": reason.statement.in_language(language),
        "holds": reason.holds,
        "own": reason.own.in_language(language) if reason.own else None,
        "article": reason.article,
        "written": reason.written,
        "fields": list(reason.fields),
        "missing": list(reason.missing),
        "not_evaluated": reason.not_evaluated.in_language(language) if reason.not_evaluated else None,
        "amount_fen": reason.amount_fen,
        "parts": [_reason(part, language) for part in reason.parts],
    }
