"""``facts.yaml``: what a record should hold, and for how long a statement holds good (应登记项).

K322 unknown fact kind · K323 unknown field.
"""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.facts.schema import FactKind, Wanted
from juxian.core.packs.reading import Part, one_of

LONGEST = 600  # months


def read_wanted(part: Part, parent: tuple[Wanted, ...], kinds: Mapping[str, FactKind]) -> tuple[Wanted, ...]:
    """In the order of the files; a kind of the parent that is named again is replaced, at its place."""
    by_kind: dict[str, list[Wanted]] = {}
    for item in parent:
        by_kind.setdefault(item.kind, []).append(item)
    for code, entry in part.entries():
        by_kind[code] = _wanted(code, entry, kinds)
    return tuple(item for group in by_kind.values() for item in group)


def _wanted(code: str, part: Part, kinds: Mapping[str, FactKind]) -> list[Wanted]:
    if not part.keys(("fields",), ("months", "unless")):
        return []
    if code not in kinds:
        _no_kind(part, code, kinds, key=True)
        return []
    unless = part.get("unless").words()
    for other in unless:
        if other not in kinds:
            _no_kind(part.get("unless"), other, kinds, key=False)
    months = part.get("months").integer(0, LONGEST) or 0
    found = []
    for name in part.get("fields").words():
        if name in kinds[code].fields:
            found.append(Wanted(code, name, months, unless))
        else:
            part.get("fields").refuse(
                "K323",
                f"“{kinds[code].title.zh}”没有字段“{name}”",
                f"{code} has no field “{name}”",
                one_of(name, list(kinds[code].fields)),
            )
    return found


def _no_kind(part: Part, code: str, kinds: Mapping[str, FactKind], *, key: bool) -> None:
    hint = one_of(code, list(kinds))
    part.refuse("K322", f"没有信息项类别“{code}”", f"there is no fact kind “{code}”", hint, key=key)
