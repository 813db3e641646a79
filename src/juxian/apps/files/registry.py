"""Who may read a file is said by the app that it belongs to (附件的归属).

An app registers its purposes in ``AppConfig.ready``: ``readable_by("case_material", may_read)``. A purpose that nobody
registered is readable by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Readable:
    """A file may be read. name: what it is called for this reader, where not as it came (盲评). recorded: reading
    makes an entry in the audit log; public papers make none. about: the person whose paper it is, who is told of the reading.
    """

    name: str = ""
    recorded: bool = True
    about: Any = None


Resolver = Callable[[Any, Any], Readable | None]
_resolvers: dict[str, Resolver] = {}


def readable_by(purpose: str, resolver: Resolver) -> None:
    """resolver: (stored file, user or visitor) → ``Readable``, or None when it is not theirs to read."""
    _resolvers[purpose] = resolver


def resolver_of(purpose: str) -> Resolver | None:
    return _resolvers.get(purpose)
