"""Adding to the library (录入文件)."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.documents.models import LibraryText
from juxian.apps.organisations.models import Organisation


@transaction.atomic
def add_text(
    *,
    organisation: Organisation,
    title: str,
    body: str,
    by: User,
    issuer: str = "",
    reference: str = "",
    day: date | None = None,
) -> LibraryText:
    """Keep a text as it is (录入文件); the audit entry names its length and SHA-256."""
    text = LibraryText.objects.create(
        organisation=organisation,
        title=title,
        issuer=issuer,
        reference=reference,
        day=day,
        body=body,
        added_by=by,
    )
    record(
        "documents.text_added",
        actor=by,
        subject=text,
        organisation_path=organisation.path,
        detail={
            "characters": len(body),
            "sha256": hashlib.sha256(body.encode()).hexdigest(),
        },
    )
    return text
