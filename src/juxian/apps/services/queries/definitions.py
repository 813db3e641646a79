"""From a stored version to the service that the engine works by (事项版本的读取)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import Q

from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Definition, FreezePeriod
from juxian.core.packs import pack_called
from juxian.core.positioned import read_yaml
from juxian.core.services import Service, read_service
from juxian.core.source import Rejected, Source


def service_of(case: Case) -> Service:
    """The service as the case began with it (``case.definition`` should be selected). Raises ``Rejected`` when the
    vocabulary has changed so much that the old text can no longer be read.
    """
    return service_from(case.definition)


def service_from(definition: Definition) -> Service:
    """The service as a stored text defines it. Raises ``Rejected`` as ``service_of``."""
    pack = pack_called(definition.pack)
    if definition.service in pack.services:
        current = pack.services[definition.service]
        if current.digest == definition.digest:
            return current
    return _read(pack.code, pack.digest, definition.service, definition.text)


@lru_cache(maxsize=256)
def _read(pack: str, _digest: str, name: str, text: str) -> Service:
    """_digest: of the pack, since its vocabulary is part of what is read."""
    service, problems = read_service(read_yaml(Source(f"{name}.yaml", text)), pack_called(pack).schema)
    if service is None:
        raise Rejected(problems)
    return service


def freeze_on(home: Organisation, service: str, day: date) -> FreezePeriod | None:
    """The period in which nothing is taken in of ``service``, if ``day`` lies in one; the longest."""
    periods = FreezePeriod.objects.filter(
        Q(service="") | Q(service=service), home=home, since__lte=day, until__gt=day
    )
    return periods.order_by("-until").first()
