"""Encrypting anew what an earlier key sealed, and digests of numbers with the newest key, in batches that may be interrupted anywhere (密钥轮换)."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Func, Value

from juxian.apps.files.queries import FOLDER as ATTACHMENTS
from juxian.apps.gate import taking_turns
from juxian.apps.imports.actions.filing import FOLDER as ROSTERS
from juxian.apps.sealing import (
    SealedJSONField,
    SealedTextField,
    rows_to_seal,
    seal_rows,
    seal_texts,
    sealed_columns,
    sealed_texts,
    texts_to_seal,
)
from juxian.core.identity.documents import canonical_number
from juxian.core.secrecy import ID_BYTES, Keys, Unreadable, digest, seal, seal_pieces, unseal, unseal_pieces

BATCH = 500
COLUMN = "sealed"  # what every model calls the column of its sealed value
ENDING = ".sealed"
CANONICAL = {
    "persons.identitydocument": canonical_number
}  # what a digest is made of, where it is not the value itself
_SECRETS = ("secret", "seed", "migrated_codes")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of sealed values. stale: how many need new encryption; renew: does so, telling how many after each batch."""

    name: str
    stale: Callable[[Keys], int]
    renew: Callable[[Keys], Iterator[int]]


class NotOpened(Exception):
    """A value that no key opens; nothing is retired while it stands."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def parts() -> list[Part]:
    """Everything that is sealed, each kind once."""
    found = [_column(model) for model in sealed_models()]
    found += [_digests(model) for model in digested_models()]
    found += [_objects(model, field) for model in apps.get_models() for field in sealed_columns(model)]
    found += [_texts(model, field) for model in apps.get_models() for field in sealed_texts(model)]
    found.append(Part("mfa.authenticator", _stale_factors, _renew_factors))
    found.append(_folder(ROSTERS, whole=True))
    found.append(_folder(ATTACHMENTS, whole=False))
    return found


def sealed_models() -> list[type[models.Model]]:
    """Every model with a sealed column, so that a further one is never forgotten when a key is retired."""
    return [
        model
        for model in apps.get_models()
        if any(
            field.name == COLUMN and isinstance(field, models.BinaryField)
            for field in model._meta.concrete_fields
        )
    ]


def digested_models() -> list[type[models.Model]]:
    """Every model that finds its sealed value by a keyed digest."""
    return [
        model
        for model in sealed_models()
        if any(field.name == "digest" for field in model._meta.concrete_fields)
    ]


def _digests(model: type[models.Model]) -> Part:
    """Digests of sealed values, made anew with the newest key; what stands right already is read and left alone."""
    name = model._meta.label_lower
    canonical = CANONICAL.get(name, str)

    def wrong(keys: Keys, *, opened: bool) -> Iterator[list[tuple[int, str, str]]]:
        """For each batch: (pk, digest as it stands, as it should be). opened: a value that does not open is no matter."""
        after = 0
        while True:
            rows = model._default_manager.filter(pk__gt=after).order_by("pk")
            chosen = list(rows.values_list("pk", "sealed", "digest")[:BATCH])
            if not chosen:
                return
            after = chosen[-1][0]
            found = []
            for pk, sealed, stands in chosen:
                try:
                    right = digest(canonical(_opened(bytes(sealed), keys, f"{name} {pk}")), keys)
                except NotOpened:
                    if not opened:
                        raise
                    right = ""
                if right != stands:
                    found.append((pk, stands, right))
            yield found

    def renew(keys: Keys) -> Iterator[int]:
        for batch in wrong(keys, opened=False):
            with taking_turns():
                for pk, stands, right in batch:
                    model._default_manager.filter(pk=pk, digest=stands).update(digest=right)
            if batch:
                yield len(batch)

    def stale(keys: Keys) -> int:
        return sum(len(batch) for batch in wrong(keys, opened=True))

    return Part(f"{name} digest", stale, renew)


def _column(model: type[models.Model]) -> Part:
    def left(keys: Keys) -> models.QuerySet[Any]:
        head = Func(
            F("sealed"),
            Value(1),
            Value(1 + ID_BYTES),
            function="SUBSTR",
            output_field=models.BinaryField(),
        )
        return model._default_manager.annotate(head=head).exclude(head=keys.mark)

    def renew(keys: Keys) -> Iterator[int]:
        after = 0
        while True:
            chosen = list(left(keys).filter(pk__gt=after).order_by("pk").values_list("pk", "sealed")[:BATCH])
            if not chosen:
                return
            with taking_turns():
                for pk, sealed in chosen:
                    renewed = seal(_opened(bytes(sealed), keys, f"{model._meta.label_lower} {pk}"), keys)
                    model._default_manager.filter(pk=pk, sealed=sealed).update(sealed=renewed)
            after = chosen[-1][0]
            yield len(chosen)

    return Part(model._meta.label_lower, lambda keys: left(keys).count(), renew)


def _objects(model: type[models.Model], field: SealedJSONField) -> Part:
    """A column of JSON objects; what a vocabulary has made sensitive since a row was written is sealed as well."""
    name = f"{model._meta.label_lower} {field.name}"

    def renew(_keys: Keys) -> Iterator[int]:
        try:
            yield from seal_rows(rows_to_seal(model, field), field.name, field.names, field.by, BATCH)
        except Unreadable as error:
            raise NotOpened(name) from error

    return Part(name, lambda _keys: rows_to_seal(model, field).count(), renew)


def _texts(model: type[models.Model], field: SealedTextField) -> Part:
    """A column of texts; what the version before has written in clear is sealed as well."""
    name = f"{model._meta.label_lower} {field.name}"

    def renew(_keys: Keys) -> Iterator[int]:
        try:
            yield from seal_texts(texts_to_seal(model, field), field.name, BATCH)
        except Unreadable as error:
            raise NotOpened(name) from error

    return Part(name, lambda _keys: texts_to_seal(model, field).count(), renew)


def _opened(sealed: bytes, keys: Keys, place: str) -> str:
    try:
        return unseal(sealed, keys)
    except Unreadable as error:
        raise NotOpened(place) from error


def _secrets_of(data: dict[str, Any]) -> Iterator[str]:
    for name in _SECRETS:
        kept = data.get(name)
        yield from kept if isinstance(kept, list) else [kept] if kept else []


def _is_stale(text: str, keys: Keys) -> bool:
    return not base64.b64decode(text).startswith(keys.mark)


def _stale_factors(keys: Keys) -> int:
    return sum(
        any(_is_stale(text, keys) for text in _secrets_of(data))
        for data in Authenticator.objects.values_list("data", flat=True).iterator()
    )


def _renew_factors(keys: Keys) -> Iterator[int]:
    for pk in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if kept is None or not any(_is_stale(text, keys) for text in _secrets_of(kept.data)):
                continue

            def renewed(text: str, place: str = f"mfa.authenticator {pk}") -> str:
                plain = _opened(base64.b64decode(text), keys, place)
                return base64.b64encode(seal(plain, keys)).decode()

            for name in _SECRETS:
                value = kept.data.get(name)
                if value:
                    kept.data[name] = (
                        [renewed(text) for text in value] if isinstance(value, list) else renewed(value)
                    )
            kept.save(update_fields=["data"])
        yield 1


def _folder(name: str, *, whole: bool) -> Part:
    """Sealed files. whole: each is one sealed text; else a stream of pieces."""

    def left(keys: Keys) -> Iterator[Path]:
        mark = keys.mark if whole else keys.file_mark
        for path in sorted((Path(settings.JUXIAN_FILES) / name).glob(f"*{ENDING}")):
            try:
                with path.open("rb") as file:
                    if file.read(len(mark)) != mark:
                        yield path
            except FileNotFoundError:  # removed meanwhile
                continue

    def renew(keys: Keys) -> Iterator[int]:
        for path in list(left(keys)):
            made = path.with_name(f".{path.name}.new")
            try:
                with path.open("rb") as file, made.open("wb") as target:
                    os.fchmod(target.fileno(), 0o600)
                    if whole:
                        target.write(seal(unseal(file.read(), keys), keys))
                    else:
                        target.writelines(seal_pieces(unseal_pieces(file, keys), keys))
                    target.flush()
                    os.fsync(target.fileno())
                if path.exists():  # a file that was removed meanwhile does not come back
                    made.replace(path)
            except FileNotFoundError:
                continue
            except Unreadable as error:
                raise NotOpened(f"{name}/{path.name}") from error
            finally:
                made.unlink(missing_ok=True)
            yield 1

    return Part(f"files/{name}", lambda keys: sum(1 for _path in left(keys)), renew)
