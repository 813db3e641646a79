"""Columns of a list that a user chooses (自选列): fields of the profile, in words, sensitive ones masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from juxian.apps.persons.models import Person
from juxian.core.facts.schema import Kind, ProfileField
from juxian.core.facts.values import show_value
from juxian.core.packs.schema import Pack
from juxian.web.kit.dossier import names_of
from juxian.web.kit.rows import has_profile
from juxian.web.kit.scope import Scope

MASK = "***"
USUAL = ("employer", "position", "degree", "title_level", "six_ranks", "status", "introduced_on")
MOST_COLUMNS = 20


def choosable(pack: Pack) -> dict[str, ProfileField]:
    """Stored fields of the profile but the name, which always stands first."""
    return {
        name: field
        for name, field in pack.schema.profile.items()
        if field.derive and name != "name" and field.type.kind is not Kind.AMOUNTS
    }


def known_columns(names: Iterable[str], pack: Pack) -> list[str]:
    """Those of the names that the pack still has; the usual ones when none is left."""
    offered = choosable(pack)
    kept = [name for name in dict.fromkeys(names) if name in offered][:MOST_COLUMNS]
    return kept or [name for name in USUAL if name in offered]


def titles_of(columns: Sequence[str], scope: Scope) -> list[str]:
    fields = scope.pack.schema.profile
    return [fields[name].title.in_language(scope.language) for name in columns]


def cells_of(
    people: Sequence[Person], columns: Sequence[str], scope: Scope, *, plain: bool = False
) -> list[list[str]]:
    """One row of words for each person read with the profile; names of employers in one query.

    plain: sensitive values stand as they are, else as ``***``, which also hides whether there is one.
    """
    fields = scope.pack.schema.profile
    values = [person.profile.values if has_profile(person) else {} for person in people]
    units = [name for name in columns if fields[name].type.kind is Kind.ORGANISATION]
    codes = {found[name] for found in values for name in units if found.get(name)}
    names = names_of(codes, scope.language)
    return [[_cell(found, fields[name], names, scope, plain=plain) for name in columns] for found in values]


def _cell(
    values: dict[str, Any], field: ProfileField, names: dict[str, str], scope: Scope, *, plain: bool
) -> str:
    if field.sensitive and not plain:
        return MASK
    value = values.get(field.name)
    if value is None:
        return ""
    if field.type.kind is Kind.ORGANISATION:
        return names.get(value, value)
    return show_value(value, field.type, scope.pack.schema, scope.language)
