"""Which case somebody without an account may follow (凭编号查询)."""

from __future__ import annotations

import hmac

from django.conf import settings

from juxian.apps.services.models import Case, VisitorWord
from juxian.core.secrecy import digest, digests


def followed(pack: str, number: str, secret: str) -> tuple[Case | None, bool]:
    """The case of this number at this place, and whether it was asked by a visitor whose word ``secret`` is.

    A case with an applicant in the register is told by name; one of a visitor by its word alone, since anybody may know a
    name. None for everything else, so that no answer says whether a number exists.
    """
    given = digests(_word(secret), settings.JUXIAN_KEYS, retired=True)
    cases = Case.objects.select_related("definition", "home").filter(home__pack=pack)
    found = cases.filter(number=number.strip().upper()).first()
    word = VisitorWord.objects.filter(case=found).first() if found else None
    if word is not None:
        return (found, True) if any(hmac.compare_digest(word.digest, one) for one in given) else (None, False)
    if found is not None and found.applicant == secret.strip():
        return found, False
    return None, False


def word_digest(word: str) -> str:
    return digest(_word(word), settings.JUXIAN_KEYS)


def _word(word: str) -> str:
    return f"visitor:{word.strip().upper()}"
