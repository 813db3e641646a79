"""Which pack belongs to what (地方包查询)."""

from __future__ import annotations

from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack


def pack(code: str) -> Pack:
    """The pack of a code; raises ``KeyError`` when there is none."""
    return pack_called(code)


def pack_of(organisation: Organisation) -> Pack:
    """The pack in whose tree the organisation stands."""
    return pack_called(organisation.pack)


def installed() -> list[Pack]:
    """The packs installed in this database, in the order of installation."""
    return [pack_called(code) for code in InstalledPack.objects.values_list("code", flat=True)]
