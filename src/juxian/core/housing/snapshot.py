"""What was known of an applicant on a day (申请快照): the fields that a scheme reads, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from juxian.core.facts.schema import Kind, Schema
from juxian.core.housing.scheme import Scheme
from juxian.core.housing.words import APPLICATION_FIELDS
from juxian.core.policy import Expression, evaluate_condition
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.explain import missing_of
from juxian.core.policy.rowwise import Situation

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Canonical values by field on ``day``; absent: not known. Kept with the application, so that points can be recomputed."""

    day: date
    values: Values

    def holds(self, condition: Expression | None, schema: Schema) -> bool | None:
        """Yes, no or unknown; no condition: yes."""
        return True if condition is None else evaluate_condition(condition, self.values, self.day, schema)

    def missing(self, condition: Expression | None, schema: Schema) -> tuple[str, ...]:
        """Fields whose knowledge would decide an unknown condition."""
        if condition is None:
            return ()
        return missing_of(condition.clause, Evidence(self.values, Situation(self.day, schema)))


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether somebody may apply (资格). holds None: something is missing (待补充材料), never a refusal."""

    holds: bool | None
    missing: tuple[str, ...] = ()


def snapshot_of(
    scheme: Scheme,
    day: date,
    profile: Values,
    application: Values,
    schema: Schema,
    spouse: Values | None = None,
) -> Snapshot:
    """Keep what the scheme reads. application: values of ``APPLICATION_FIELDS``; spouse: profile, None without one.

    Of the fields in ``higher_of`` a couple has the higher value; one of them unknown leaves the known one.
    """
    strange = application.keys() - APPLICATION_FIELDS.keys()
    if strange:
        raise ValueError(f"no field of an application: {sorted(strange)}")
    values = {**profile, **application}
    for name in scheme.higher_of if spouse is not None else ():
        values[name] = _higher(name, profile.get(name), (spouse or {}).get(name), schema)
    return Snapshot(day, {name: values[name] for name in scheme.reads if values.get(name) is not None})


def eligibility(scheme: Scheme, snapshot: Snapshot, schema: Schema) -> Eligibility:
    """Evaluate ``who``."""
    holds = snapshot.holds(scheme.who, schema)
    return Eligibility(holds, snapshot.missing(scheme.who, schema) if holds is None else ())


def _higher(name: str, own: Any, other: Any, schema: Schema) -> Any:
    if own is None or other is None:
        return other if own is None else own
    type_ = schema.profile[name].type
    if type_.kind is not Kind.LEVEL:
        return max(own, other)
    levels = schema.scale_of(type_).levels
    return max(own, other, key=lambda code: levels[code].rank)
