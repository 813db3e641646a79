"""Document numbers as they are searched and written (证件号码): sealed, masked, found by a keyed digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from juxian.apps.persons.models import IdentityDocument, Person, Source
from juxian.core.identity.documents import canonical_number, mask_document
from juxian.core.secrecy import digest, digests, seal


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document number as checked by core.identity (证件)."""

    kind: str
    number: str


def number_digest(number: str) -> str:
    """The keyed digest by which a document number is searched, in canonical form."""
    return digest(canonical_number(number), settings.JUXIAN_KEYS)


def number_digests(number: str) -> tuple[str, ...]:
    """Every digest under which a document number may stand while the key of digests is replaced, the present one first."""
    return digests(canonical_number(number), settings.JUXIAN_KEYS)


def present_digests(numbers: Iterable[str]) -> dict[str, str]:
    """Every digest under which document numbers may stand → the present one."""
    found: dict[str, str] = {}
    for number in numbers:
        present, *earlier = number_digests(number)
        found |= dict.fromkeys((present, *earlier), present)
    return found


def document_row(person: Person, draft: DocumentDraft, source: Source) -> IdentityDocument:
    """A document, not written yet: the number sealed, its digest to be found by, and what may be shown of it."""
    number = canonical_number(draft.number)
    return IdentityDocument(
        person=person,
        kind=draft.kind,
        sealed=seal(number, settings.JUXIAN_KEYS),
        digest=digest(number, settings.JUXIAN_KEYS),
        masked=mask_document(draft.kind, number),
        source=source,
    )
