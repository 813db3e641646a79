"""People without an account ask, and follow what they asked (访客办事)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.opening import submit_application
from juxian.apps.services.models import Case, VisitorCount, VisitorWord
from juxian.apps.services.queries.following import word_digest
from juxian.core.packs import pack_called
from juxian.core.secrecy import digest
from juxian.core.services import Service

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read as something else
LENGTH = 10
KEPT = timedelta(days=1)
PUBLIC = "public"


class TooManyVisits(Exception):
    """From this network address that was done too often within the hour."""

    def __str__(self) -> str:
        return _("一小时内次数太多，请稍后再试。")


@transaction.atomic
def count_visit(*, kind: str, address: str, allowed: int) -> None:
    """One more of ``kind`` from ``address`` in this hour. Raises ``TooManyVisits``; what is over the limit is not counted."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    key = digest(f"{kind}:{address}", settings.JUXIAN_KEYS)
    row, made = VisitorCount.objects.get_or_create(key=key, hour=hour)
    if made:
        VisitorCount.objects.filter(hour__lt=hour - KEPT).delete()
    if not VisitorCount.objects.filter(pk=row.pk, count__lt=allowed).update(count=F("count") + 1):
        raise TooManyVisits


@transaction.atomic
def ask_as_visitor(
    *,
    home: Organisation,
    service: str,
    answers: Mapping[str, Any],
    materials: Mapping[str, Sequence[str]] | None = None,
    at: datetime | None = None,
) -> tuple[Case, str]:
    """Open and hand in a case of somebody without an account; the word with which alone it is followed.

    Raises what ``submit_application`` raises, and ``KeyError`` for a service that is not for the public.
    """
    found = pack_called(home.pack).services[service]
    if PUBLIC not in found.audience:
        raise KeyError(service)
    case = submit_application(
        home=home,
        service=service,
        by=None,
        answers=answers,
        materials=materials,
        applicant=name_in(found, answers) or _("匿名"),
        at=at,
    )
    word = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    VisitorWord.objects.create(case=case, digest=word_digest(word))
    return case, word


def name_in(service: Service, answers: Mapping[str, Any]) -> str:
    """The answer to the question that the register answers with a person's name."""
    names = (field.name for field in service.fields.values() if field.prefill == "name")
    return str(next((answers[name] for name in names if answers.get(name)), "")).strip()[:120]
