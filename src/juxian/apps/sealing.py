"""Columns whose sensitive values are encrypted in the database (敏感信息加密存储): JSON objects and short texts.

Whoever reads a row gets the plain object; the table, its backups and its indexes hold the sealed one. What is sensitive is said by
the vocabularies of the packs (``Field.sealed``), whichever place a row is of. Source: SECURITY-BASELINE 7.1; GB/T 35273-2020, 6.3.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from juxian.apps.gate import taking_turns
from juxian.core.facts.schema import Schema
from juxian.core.packs import PLACE, find_packs_dir, pack_called, packs_in
from juxian.core.secrecy import SEALED_KEY, open_keys, opened_word, seal_keys, sealed_word, word_mark
from juxian.core.source import Rejected

BATCH = 1000
AT_ONCE = 100  # rows that are locked together on PostgreSQL; SQLite locks none, and leaves the turn after each batch
TEXT_MARK = "~:"  # how a sealed text begins; no address of a message does
Names = Collection[str] | None  # keys of an object; None: all of them


def _everything() -> Names:
    return None


class _Closed(dict[str, Any]):
    """An object of which what is to be sealed has been sealed."""


class SealedJSONField(models.JSONField):
    """A column of JSON objects of which some keys are sealed in the database.

    names: gives the keys that are, for the row's value of the column ``by`` where that is named; left out: all. What is written
    without its row (``update``, rows in bulk) is sealed as a whole. The database cannot search in what is sealed. To migrations it
    is a plain JSON column, which it is.
    """

    def __init__(
        self, *args: Any, names: Callable[..., Names] = _everything, by: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.names, self.by = names, by

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = super().pre_save(instance, add)
        if not isinstance(value, dict):
            return value
        return closed(value, self.names(getattr(instance, self.by)) if self.by else self.names())

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, dict) and not isinstance(value, _Closed):
            value = closed(value, None)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        return opened(found) if isinstance(found, dict) else found


def closed(value: dict[str, Any], names: Names) -> dict[str, Any]:
    """An object as the database holds it."""
    return _Closed(seal_keys(value, names, settings.JUXIAN_KEYS))


def opened(value: dict[str, Any]) -> dict[str, Any]:
    """An object as everything but the database knows it."""
    return open_keys(value, settings.JUXIAN_KEYS) if SEALED_KEY in value else value


class _ClosedText(str):
    """A text that has been sealed."""

    __slots__ = ()


class SealedTextField(models.CharField):
    """A column of short texts that are sealed in the database; the empty one is not, so that it can be asked for.

    max_length: of what the table holds, which is 53 characters and a third more than the bytes of the text. The database cannot
    search in what is sealed. What the version before has written reads as it was written. To migrations it is a plain column.
    """

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = str(value if isinstance(value, _ClosedText) else closed_text(value))
        return super().get_db_prep_save(value, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str) and value and not value.startswith(TEXT_MARK):
            raise ValueError(f"{self.name} is sealed; nothing can be sought in it")
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return opened_text(value) if isinstance(value, str) else value


def closed_text(value: str) -> str:
    """A text as the database holds it."""
    return _ClosedText(TEXT_MARK + sealed_word(value, settings.JUXIAN_KEYS) if value else "")


def opened_text(value: str) -> str:
    """A text as everything but the database knows it. Raises ``Unreadable``."""
    if not value.startswith(TEXT_MARK):
        return value
    return opened_word(value.removeprefix(TEXT_MARK), settings.JUXIAN_KEYS)


# what is sensitive


def sealed_in_fact(kind: str) -> Collection[str]:
    """Fields of a kind of fact that are sealed."""
    return _sealed_fields(os.environ.get(PLACE))[0].get(kind, frozenset())


def sealed_in_some_fact() -> Collection[str]:
    """Fields that are sealed in at least one kind of fact."""
    return frozenset().union(*_sealed_fields(os.environ.get(PLACE))[0].values())


def sealed_in_profile() -> Collection[str]:
    """Fields of the profile that are sealed."""
    return _sealed_fields(os.environ.get(PLACE))[1]


def kinds_with_sealed_fields() -> Collection[str]:
    return _sealed_fields(os.environ.get(PLACE))[0].keys()


@lru_cache(maxsize=16)
def _sealed_fields(_place: str | None) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """(kind → its sealed fields, those of the profile) in any of the packs; one that is broken says nothing.

    _place: of the packs, since they are read once; finding the directory for each value would cost more than sealing it.
    """
    kinds: dict[str, frozenset[str]] = {}
    profile: frozenset[str] = frozenset()
    for schema in _vocabularies():
        for kind in schema.kinds.values():
            found = frozenset(field.name for field in kind.fields.values() if field.sealed)
            if found:
                kinds[kind.code] = kinds.get(kind.code, frozenset()) | found
        profile |= schema.sealed
    return kinds, profile


def _vocabularies() -> Iterator[Schema]:
    for path in packs_in(find_packs_dir()):
        try:
            yield pack_called(path.name).schema
        except Rejected:
            continue


# rows that stand already


def sealed_columns(model: type[models.Model]) -> list[SealedJSONField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedJSONField)]


def sealed_texts(model: type[models.Model]) -> list[SealedTextField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]


def texts_to_seal(model: type[models.Model], field: SealedTextField) -> QuerySet[Any]:
    """Rows whose text the newest key did not seal; in no order."""
    right = {f"{field.name}__startswith": TEXT_MARK + word_mark(settings.JUXIAN_KEYS)}
    return model._default_manager.order_by().exclude(**{field.name: ""}).exclude(**right)


def rows_to_seal(model: type[models.Model], field: SealedJSONField) -> QuerySet[Any]:
    """Rows that the newest key did not seal, or that hold in clear what is to be sealed; in no order."""
    rows = model._default_manager.order_by().annotate(sealed_word=KeyTextTransform(SEALED_KEY, field.name))
    stale = Q(sealed_word__isnull=False) & ~Q(sealed_word__startswith=word_mark(settings.JUXIAN_KEYS))
    return rows.filter(stale | Q(sealed_word__isnull=True) & _in_clear(field))


def _in_clear(field: SealedJSONField) -> Q:
    if field.by:
        kinds = {kind: field.names(kind) for kind in kinds_with_sealed_fields()}
        holds: list[Any] = [
            Q(**{field.by: kind, f"{field.name}__has_any_keys": sorted(names or ())})
            for kind, names in kinds.items()
        ]
        return Q.create(holds, connector=Q.OR) if holds else Q(pk__in=[])
    names = field.names()
    if names is None:
        return ~Q(**{field.name: {}}) & ~Q(**{field.name: None})
    return Q(**{f"{field.name}__has_any_keys": sorted(names)}) if names else Q(pk__in=[])


def seal_rows(
    rows: QuerySet[Any],
    column: str,
    names: Callable[..., Names] = _everything,
    by: str = "",
    batch: int = 0,
) -> Iterator[int]:
    """Seal a column of ``rows``, a few at once in a transaction; yields how many were. Raises ``Unreadable``.

    batch: rows that are looked for together, ``BATCH`` where it is left out.
    """

    every = None if by else names()  # the vocabularies are read here, and not while the first rows are locked

    def change(row: Any) -> Any:
        held = getattr(row, column)
        if not isinstance(held, dict):
            return held
        return closed(opened(held), names(getattr(row, by)) if by else every)

    return _change(rows, column, change, batch)


def seal_texts(rows: QuerySet[Any], column: str, batch: int = 0) -> Iterator[int]:
    """As ``seal_rows``, for a column of texts."""
    return _change(rows, column, lambda row: closed_text(opened_text(getattr(row, column))), batch)


def _change(rows: QuerySet[Any], column: str, change: Callable[[Any], Any], batch: int = 0) -> Iterator[int]:
    after: Any = None
    batch = batch or BATCH
    while True:
        later = rows if after is None else rows.filter(pk__gt=after)
        keys = list(later.order_by("pk").values_list("pk", flat=True)[:batch])
        if not keys:
            return
        at_once = batch if connection.vendor == "sqlite" else AT_ONCE
        for first in range(0, len(keys), at_once):
            _change_some(rows, keys[first : first + at_once], column, change)
        after = keys[-1]
        yield len(keys)


def _change_some(rows: QuerySet[Any], keys: Sequence[Any], column: str, change: Callable[[Any], Any]) -> None:
    """Rows few enough that nobody waits for one of them for long: they are read and written by one statement each."""
    locked = rows.model._default_manager.select_for_update(of=("self",)).order_by("pk").filter(pk__in=keys)
    with taking_turns():
        changed = []
        for row in locked:
            wanted = change(row)
            if wanted != getattr(row, column):  # many hold nothing to seal
                setattr(row, column, wanted)
                changed.append(row)
        rows.model._default_manager.bulk_update(changed, [column])


# for migrations, which know plain columns


def sealing(
    app: str, model: str, column: str, names: Callable[..., Names] = _everything, by: str = ""
) -> Any:
    """(forward, back) of ``RunPython``: what the table holds in clear is sealed, and opened again."""

    def forward(apps: Apps, _editor: Any) -> None:
        rows = apps.get_model(app, model)._default_manager.exclude(**{f"{column}__has_key": SEALED_KEY})
        if by:
            rows = rows.filter(**{f"{by}__in": list(kinds_with_sealed_fields())})
        for _count in seal_rows(rows, column, names, by):
            pass

    def back(apps: Apps, _editor: Any) -> None:
        rows = apps.get_model(app, model)._default_manager.filter(**{f"{column}__has_key": SEALED_KEY})
        for _count in _change(rows, column, lambda row: opened(getattr(row, column))):
            pass

    return forward, back


def sealing_texts(app: str, model: str, column: str) -> Any:
    """(forward, back) of ``RunPython``, as ``sealing``, for a column of texts."""

    def held(apps: Apps) -> tuple[QuerySet[Any], Q]:
        return apps.get_model(app, model)._default_manager.exclude(**{column: ""}), Q(
            **{f"{column}__startswith": TEXT_MARK}
        )

    def forward(apps: Apps, _editor: Any) -> None:
        rows, closed_already = held(apps)
        for _count in seal_texts(rows.exclude(closed_already), column):
            pass

    def back(apps: Apps, _editor: Any) -> None:
        rows, closed_already = held(apps)
        for _count in _change(
            rows.filter(closed_already), column, lambda row: opened_text(getattr(row, column))
        ):
            pass

    return forward, back
