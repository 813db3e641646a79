"""Which pack belongs to what (地方包查询)."""

from __future__ import annotations

from datetime import date

from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.apps.policies.queries import pack_in_force, texts_in_force, with_published
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack


def pack(code: str) -> Pack:
    """The pack of a code with its policies as they count today; raises ``KeyError`` when there is none."""
    return pack_on(code, today())


def pack_on(code: str, day: date) -> Pack:
    """The pack with the texts of policies that count on ``day``, those published at the desk among them."""
    return pack_in_force(code, day)


def pack_of(organisation: Organisation) -> Pack:
    """The pack in whose tree the organisation stands."""
    return pack(organisation.pack)


def installed() -> list[Pack]:
    """The packs installed in this database, in the order of installation."""
    codes = list(InstalledPack.objects.values_list("code", flat=True))
    texts = texts_in_force(codes, today())
    return [with_published(pack_called(code), texts.get(code, {})) for code in codes]
