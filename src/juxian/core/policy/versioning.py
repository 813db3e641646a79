"""What a rewritten text does to versions that already apply, and how such a version is kept (改动已施行的版本)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.facts.values import parse_day
from juxian.core.policy.document import Policy
from juxian.core.policy.drafts import read_draft
from juxian.core.positioned import Document, read_yaml
from juxian.core.source import Rejected, Source

_OF_ALL = ("caps", "opt_out_days")  # what a policy says outside its versions and every one of them goes by


def rewritten_versions(before: Policy, after: Policy, day: date) -> list[date]:
    """``since`` of each version of ``before`` that counts from ``day`` or earlier and that ``after`` says otherwise, or not at all."""
    old, new = before.origin, after.origin
    all_changed = any(old.data.get(key) != new.data.get(key) for key in _OF_ALL)
    versions = _versions(new)
    return [
        since
        for since, version in sorted(_versions(old).items())
        if since <= day and (all_changed or versions.get(since) != version)
    ]


def kept_apart(before: Policy, after: Policy, since: date, schema: Schema) -> str | None:
    """The text of ``after`` with its newest version as ``before`` has it, and the rewritten one beside it from ``since`` on.

    Lines that are neither of the two stay byte for byte. None where the newest version is not one that was rewritten, where
    ``since`` is not after its day, or where the lines do not let themselves be taken apart: what comes out is read again.
    """
    old, new = before.origin, after.origin
    was, now = _versions(old), _versions(new)
    newest = max(now)
    if newest not in was or was[newest] == now[newest] or since <= newest:
        return None
    kept, rewritten = _block(old, newest), _block(new, newest)
    if kept is None or rewritten is None:
        return None
    first, last = rewritten
    lines = new.source.lines
    block = _begun(new, newest, since, lines[first:last], first)
    text = "\n".join([*lines[:first], *old.source.lines[slice(*kept)], *block, *lines[last:]])
    wanted = {**now, newest: was[newest], since: {**now[newest], "since": since.isoformat()}}
    return text if _says(text, after, wanted, schema) else None


def _says(text: str, after: Policy, versions: Mapping[date, Any], schema: Schema) -> bool:
    """Whether a text is ``after`` with these versions and without mistakes."""
    try:
        document = read_yaml(Source(after.origin.source.name, text))
    except Rejected:
        return False
    others, wanted = ({**data, "versions": None} for data in (document.data, after.origin.data))
    if others != wanted or _versions(document) != versions:
        return False
    return read_draft(text, after.id, schema)[0] is not None


def _versions(document: Document) -> dict[date, Any]:
    found = ((parse_day(str(version["since"])), version) for version in document.data["versions"])
    return {since: version for since, version in found if isinstance(since, date)}


def _place(document: Document, since: date) -> int:
    """Where in the list the version of a day stands."""
    return list(_versions(document)).index(since)


def _block(document: Document, since: date) -> tuple[int, int] | None:
    """First line and the line after the last of a version, from 0; None where it is not a block of its own lines."""
    span, lines = document.span(("versions", _place(document, since))), document.source.lines
    first = span.line - 1
    dash = re.fullmatch(r"( *)- +", lines[first][: span.column - 1])
    if dash is None:
        return None
    margin = len(dash.group(1))
    last = first + 1
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= margin:
            break
        last = number + 1 if line.strip() else last
    return first, last


def _begun(document: Document, newest: date, since: date, block: list[str], first: int) -> list[str]:
    """The lines of a version with another first day."""
    span = document.span(("versions", _place(document, newest), "since"))
    line = block[span.line - 1 - first]
    start = span.column - 1
    written = str(_versions(document)[newest]["since"])
    changed = line[:start] + line[start:].replace(written, since.isoformat(), 1)
    return [*block[: span.line - 1 - first], changed, *block[span.line - first :]]
