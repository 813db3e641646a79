"""The profile: one typed row of a person on a day, derived from facts (由信息项推导画像)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from juxian.core.dates import whole_months
from juxian.core.facts.schema import Derivation, Derive, Kind, Schema

# ``since`` of a fact of which nobody wrote when it began: true on any day, never dated
SINCE_UNKNOWN = date(1900, 1, 1)
Attributes = Mapping[str, Mapping[str, str]]  # code of an organisation → its attributes, e.g. employer_kind


@dataclass(frozen=True, slots=True)
class FactRecord:
    """One fact as the engines see it (信息项): ``value`` canonical, ``until`` exclusive, None = still true.

    said: day on which its source said so, where it is known.
    """

    kind: str
    value: dict[str, Any]
    since: date
    until: date | None = None
    id: int | None = None
    said: date | None = None

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or self.until > day)


def derive_profile(
    facts: Sequence[FactRecord],
    schema: Schema,
    as_of: date,
    organisations: Attributes | None = None,
    only: Collection[str] | None = None,
    spouse: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Every stored profile field that is known on ``as_of``, in canonical JSON form; an absent key is unknown.

    Facts with ``since`` after the day do not count, so the row of any past day can be derived again.
    Fields counted in years (``years_since``) are not stored and not in the result.
    organisations: attributes by code, for fields such as ``employer.industry``. only: names of the fields wanted,
    of which those of the spouse are no part. spouse: profile of the spouse by the same schema, None when the register knows none.
    """
    known, context = (
        _by_kind(facts, as_of),
        _Context(schema, as_of, organisations or {}),
    )
    row: dict[str, Any] = {}
    for name, field in schema.profile.items():
        if only is not None and name not in only:
            continue
        value, _ = _derive(field.derive, known, context)
        if value is not None:
            row[name] = value
    return with_spouse(row, schema, spouse) if only is None else row


# what somebody has who is not there; a level has no such value, see ``policy.check``
_NOTHING: Mapping[Kind, Any] = {
    Kind.BOOLEAN: False,
    Kind.INTEGER: 0,
    Kind.MONEY: 0,
    Kind.MONTHS: 0,
    Kind.LEVELS: [],
}


def with_spouse(row: Mapping[str, Any], schema: Schema, spouse: Mapping[str, Any] | None) -> dict[str, Any]:
    """The row with the fields of the spouse, in the order of the schema.

    The spouse's record comes first, then what the person states; of somebody without a spouse nothing is. Rows that
    people write themselves (cases, the screener) have no spouse in the register.
    """
    if not schema.has_spouse:
        return dict(row)
    found = dict(row)
    if spouse is not None:
        found[schema.has_spouse] = True
    for field in schema.of_spouse:
        value = spouse.get(field.of_spouse) if spouse is not None else None
        if found.get(schema.has_spouse) is False:
            value = _NOTHING.get(field.type.kind)
        elif value is None and field.stated:
            value = row.get(field.stated)
        if value is not None:
            found[field.name] = value
    return {name: found[name] for name in schema.profile if name in found}


def deriving_facts(
    field_name: str, facts: Sequence[FactRecord], schema: Schema, as_of: date
) -> list[FactRecord]:
    """The facts that the value of a profile field came from, oldest first; empty when it is unknown or a default.

    Raises KeyError for a name that is no profile field.
    """
    field = schema.profile[field_name]
    field = schema.profile[field.years_since] if field.years_since else field
    rules = [replace(rule, field=rule.field.partition(".")[0]) for rule in field.derive]
    _, sources = _derive(rules, _by_kind(facts, as_of), _Context(schema, as_of, {}))
    return sources


@dataclass(frozen=True, slots=True)
class _Context:
    schema: Schema
    as_of: date
    organisations: Attributes


_Known = Mapping[str, Sequence[FactRecord]]
_Found = tuple[Any, list[FactRecord]]  # value (None: unknown) and the facts it came from


def _by_kind(facts: Iterable[FactRecord], as_of: date) -> dict[str, list[FactRecord]]:
    """Facts known on the day by kind, oldest first; on one day the one recorded later stands later."""
    known: dict[str, list[FactRecord]] = {}
    for fact in facts:
        if fact.since <= as_of:
            known.setdefault(fact.kind, []).append(fact)
    for group in known.values():
        group.sort(key=lambda fact: (fact.since, fact.id or 0))
    return known


def _derive(rules: Sequence[Derivation], known: _Known, context: _Context) -> _Found:
    for rule in rules:
        matched = [fact for fact in known.get(rule.kind, ()) if _matches(fact, rule, context.as_of)]
        value, sources = _RULES[rule.op](matched, rule, context) if matched else (rule.otherwise, [])
        if value is not None:
            return value, sources
    return None, []


def _matches(fact: FactRecord, rule: Derivation, as_of: date) -> bool:
    if not rule.ever and not fact.in_force(as_of):
        return False
    return all(_accepted(fact.value.get(name), accepted) for name, accepted in rule.where.items())


def _accepted(value: object, accepted: tuple[Any, ...]) -> bool:
    return any(item in accepted for item in value) if isinstance(value, list) else value in accepted


def _stating(facts: Sequence[FactRecord], name: str) -> list[FactRecord]:
    """Facts that say something about the field (of ``employer.industry``: about ``employer``)."""
    return [fact for fact in facts if fact.value.get(name.partition(".")[0]) is not None]


def _value(fact: FactRecord, name: str, context: _Context) -> Any:
    base, _, attribute = name.partition(".")
    value = fact.value[base]
    return context.organisations.get(value, {}).get(attribute) or None if attribute else value


def _latest(facts: Sequence[FactRecord], rule: Derivation, context: _Context) -> _Found:
    """Of the facts that state the field: a later partial statement does not wipe out an earlier full one."""
    stating = _stating(facts, rule.field)
    return (_value(stating[-1], rule.field, context), stating[-1:]) if stating else (None, [])


def _earliest(facts: Sequence[FactRecord], rule: Derivation, context: _Context) -> _Found:
    if not rule.field:
        return (None, []) if facts[0].since == SINCE_UNKNOWN else (facts[0].since.isoformat(), [facts[0]])
    stating = _stating(facts, rule.field)
    return (_value(stating[0], rule.field, context), stating[:1]) if stating else (None, [])


def _highest(facts: Sequence[FactRecord], rule: Derivation, context: _Context) -> _Found:
    stating = _stating(facts, rule.field)
    if not stating:
        return None, []
    type_ = context.schema.kinds[rule.kind].fields[rule.field].type
    levels = context.schema.scale_of(type_).levels if type_.scale else None

    def height(fact: FactRecord) -> Any:
        value = fact.value[rule.field]
        return levels[value].rank if levels is not None else value

    best = max(stating, key=height)
    return best.value[rule.field], [best]


def _since(facts: Sequence[FactRecord], rule: Derivation, context: _Context) -> _Found:
    """Of events, one without a date may be the latest; of states, the latest dated one counts."""
    events = not context.schema.kinds[rule.kind].lasting
    if facts[-1].since == SINCE_UNKNOWN or (events and facts[0].since == SINCE_UNKNOWN):
        return None, []
    return facts[-1].since.isoformat(), [facts[-1]]


def _until(facts: Sequence[FactRecord], _rule: Derivation, _context: _Context) -> _Found:
    end = facts[-1].until
    return (end.isoformat(), [facts[-1]]) if end else (None, [])


def _sum(facts: Sequence[FactRecord], rule: Derivation, _context: _Context) -> _Found:
    stating = _stating(facts, rule.field)
    return (sum(fact.value[rule.field] for fact in stating), stating) if stating else (None, [])


def _count(facts: Sequence[FactRecord], _rule: Derivation, _context: _Context) -> _Found:
    return len(facts), list(facts)


def _months(facts: Sequence[FactRecord], _rule: Derivation, context: _Context) -> _Found:
    """Whole months of each stretch without a gap, up to the day; days covered twice count once.

    Unknown when one of the facts has no date of its own.
    """
    if facts[0].since == SINCE_UNKNOWN:
        return None, []
    total, start, end = 0, facts[0].since, facts[0].since
    for fact in facts:
        if fact.since > end:
            total += whole_months(start, end)
            start = fact.since
        end = max(end, min(fact.until or context.as_of, context.as_of))
    return total + whole_months(start, end), list(facts)


def _exists(facts: Sequence[FactRecord], rule: Derivation, _context: _Context) -> _Found:
    return (True if rule.gives is None else rule.gives), list(facts)


def _set(facts: Sequence[FactRecord], rule: Derivation, _context: _Context) -> _Found:
    stating = _stating(facts, rule.field)
    if not stating:
        return None, []
    levels: set[str] = set()
    for fact in stating:
        value = fact.value[rule.field]
        levels.update(value if isinstance(value, list) else [value])
    return sorted(levels), stating


def _amounts(facts: Sequence[FactRecord], rule: Derivation, _context: _Context) -> _Found:
    stating = [fact for fact in _stating(facts, rule.field) if fact.value.get(rule.by) is not None]
    amounts: dict[str, int] = {}
    for fact in stating:
        amounts[fact.value[rule.by]] = amounts.get(fact.value[rule.by], 0) + fact.value[rule.field]
    return dict(sorted(amounts.items())) if stating else None, stating


_RULES: dict[Derive, Callable[[Sequence[FactRecord], Derivation, _Context], _Found]] = {
    Derive.LATEST: _latest,
    Derive.HIGHEST: _highest,
    Derive.EARLIEST: _earliest,
    Derive.SINCE: _since,
    Derive.UNTIL: _until,
    Derive.SUM: _sum,
    Derive.COUNT: _count,
    Derive.MONTHS: _months,
    Derive.EXISTS: _exists,
    Derive.SET: _set,
    Derive.AMOUNTS: _amounts,
}
