"""``facts.yaml``: when people are asked to confirm a record, and which facts are said to end soon (提醒).

K322 unknown fact kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.facts.schema import FactKind, Reminders
from juxian.core.packs.reading import Part, one_of

LONGEST_MONTHS, LONGEST_DAYS = 120, 365


def read_reminders(part: Part, parent: Reminders, kinds: Mapping[str, FactKind]) -> Reminders:
    """What the pack leaves out stays as in the parent; ``confirm_months: 0`` and an empty list switch off."""
    if not part.present or not part.keys((), ("confirm_months", "expiring")):
        return parent
    months = part.get("confirm_months").integer(0, LONGEST_MONTHS)
    expiring = dict(parent.expiring)
    for code, entry in part.get("expiring").entries():
        if code not in kinds:
            hint = one_of(code, list(kinds))
            entry.refuse("K322", f"没有信息项类别“{code}”", f"there is no fact kind “{code}”", hint, key=True)
            continue
        days = [day for item in entry.items() if (day := item.integer(1, LONGEST_DAYS))]
        expiring[code] = tuple(sorted(days))
    return Reminders(parent.confirm_months if months is None else months, expiring)
