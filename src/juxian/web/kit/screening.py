"""What must be asked to tell somebody what they can get (自测题)."""

from __future__ import annotations

from collections import Counter
from datetime import date

from juxian.core.facts.schema import ProfileField
from juxian.core.packs.schema import Pack
from juxian.core.policy.document import Version
from juxian.core.policy.nodes import HasAny, Node, walk
from juxian.web.kit.entitling import clauses_of, fields_read


def questions_of(pack: Pack, day: date) -> list[ProfileField]:
    """Fields with a question, those that most benefits read first; the order of the vocabulary among equals."""
    read: Counter[str] = Counter()
    for policy in pack.policies.values():
        version = policy.version_on(day)
        read.update(_fields_of(version) if version else [])
    asked = [field for field in pack.schema.profile.values() if read[field.name] and field.question.zh]
    return sorted(asked, key=lambda field: -read[field.name])


def levels_named(pack: Pack, field: str, day: date) -> set[str]:
    """Levels that the policies in force name of a field of many levels; the others change nothing."""
    found: set[str] = set()
    for policy in pack.policies.values():
        version = policy.version_on(day)
        for benefit in version.benefits if version else ():
            found.update(code for clause in clauses_of(benefit) for code in _named(clause, field))
    return found


def _named(clause: Node, field: str) -> list[str]:
    return [
        code
        for node in walk(clause)
        if isinstance(node, HasAny) and node.field == field
        for code in node.levels
    ]


def _fields_of(version: Version) -> list[str]:
    names = [name for benefit in version.benefits for name in fields_read(benefit)]
    return [*names, *([version.applies_by] if version.applies_by else [])]
