"""Entitlements as plain data (待遇的数据形式): what ``--json`` prints and the API answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.policy.entitlements import Entitlement, Entitlements, Verdict
from juxian.core.policy.meaning import Difference, Effect, Meaning, Standing
from juxian.core.policy.reasons import Reason
from juxian.core.policy.wording import field_title, joined, money_words, value_words
from juxian.core.text import Text

_EFFECTS = {Effect.GAINS: Text("增加", "gains"), Effect.LOSES: Text("减少", "loses")}
_VERDICTS = {
    Verdict.YES: Text("享受", "yes"),
    Verdict.NO: Text("不享受", "no"),
    Verdict.UNKNOWN: Text("未定", "undecided"),
}


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
    """One benefit as JSON, amounts in whole fen; codes as they are, words in ``language``."""
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
    """The same with payments, reasons and the nearest changes."""
    return benefit_alone(item, language) | {
        "payments": [{"number": p.number, "amount_fen": p.amount_fen, "after_months": p.after_months, "needs": p.needs, "on": list(p.on), "upon": p.upon, "payer": p.payer.in_language(language) if p.payer else ""} for p in item.payments],
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


def person_words(row: Mapping[str, Any], schema: Schema) -> Text:
    """The facts of a person in one line."""
    facts = []
    for name, value in row.items():
        title, words = field_title(name, schema), value_words(value, schema.profile[name].type, schema)
        facts.append(Text(f"{title.zh} {words.zh}", f"{title.en or title.zh}: {words.en}"))
    return joined(facts, "，", ", ") if facts else Text("任何人", "anybody")


def standing_words(standing: Standing, *, in_kind: bool) -> Text:
    if standing.verdict is Verdict.YES and not in_kind:
        return money_words(standing.amount_fen or 0)
    return _VERDICTS[standing.verdict]


def difference_words(difference: Difference, schema: Schema) -> Text:
    """``2022-01-01 安家补贴 增加：学历 博士 → 5 万元 → 6 万元``."""
    before, after = (
        standing_words(side, in_kind=difference.in_kind) for side in (difference.before, difference.after)
    )
    effect, person = _EFFECTS[difference.effect], person_words(difference.person, schema)
    return Text(
        f"{difference.since} {difference.title.zh} {effect.zh}：{before.zh} → {after.zh}（{person.zh}）",
        f"{difference.since} {difference.title.in_language('en')} {effect.en}: {before.en} → {after.en} ({person.en})",
    )


def differences_told(meaning: Meaning, language: str) -> dict[str, Any]:
    """Everything that ``compare --json`` prints."""
    return {
        "whole": meaning.whole,
        "asks": {benefit: list(fields) for benefit, fields in meaning.asks.items()},
        "differences": [
            {
                "since": item.since.isoformat(),
                "benefit": item.benefit,
                "title": item.title.in_language(language),
                "effect": item.effect.value,
                "before": {"verdict": item.before.verdict.value, "amount_fen": item.before.amount_fen},
                "after": {"verdict": item.after.verdict.value, "amount_fen": item.after.amount_fen},
                "person": dict(item.person),
            }
            for item in meaning.differences
        ],
    }
