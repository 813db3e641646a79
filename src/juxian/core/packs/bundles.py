"""``bundles.yaml``: services that belong to one occasion (一件事).

K621 a service that is not offered · K622 fewer than two services.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.packs.files import read_document
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.packs.services import ServiceShelf
from juxian.core.policy import names_of_schema
from juxian.core.policy.language import read_condition
from juxian.core.policy.mistakes import value_in
from juxian.core.services.bundles import Bundle, BundleEntry
from juxian.core.services.phrases import AUDIENCES
from juxian.core.source import Problem

FILE = "bundles.yaml"


def read_bundles(
    directory: Path, schema: Schema, services: ServiceShelf, parent: Mapping[str, Bundle]
) -> tuple[dict[str, Bundle], list[Problem]]:
    """All bundles in force by id: the parent's, then those of the pack, which replace by id.

    Of an inherited bundle, services that the pack does not offer fall out; with fewer than two left it does.
    """
    problems: list[Problem] = []
    found = {
        bundle.id: kept for bundle in parent.values() if (kept := _offered(bundle, services)) is not None
    }
    path = directory / FILE
    document = read_document(path, problems) if path.is_file() else None
    if document is not None:
        whole = Part.whole(document, problems)
        if whole.keys(("bundles",)):
            parts = [(part, _bundle(part, schema, services)) for part in whole.get("bundles").items()]
            found |= unique([(part, item) for part, item in parts if item], lambda item: item.id)
    return found, problems


def _bundle(part: Part, schema: Schema, services: ServiceShelf) -> Bundle | None:
    if not part.keys(("bundle", "title", "audience", "services"), ("summary",)):
        return None
    audience = tuple(item.one_of(AUDIENCES) for item in part.get("audience").items())
    places = part.get("services").items()
    entries = tuple(entry for item in places if (entry := _entry(item, schema, services)))
    if len(places) < 2:
        part.get("services").refuse("K622", "至少包含两个事项", "a bundle has two services at least")
    return Bundle(
        part.get("bundle").code(),
        part.get("title").title(),
        tuple(word for word in audience if word),
        entries,
        part.get("summary").title(),
    )


def _entry(part: Part, schema: Schema, services: ServiceShelf) -> BundleEntry | None:
    """``hukou``, or ``{service: hukou, when: …, chosen: false}``."""
    named = part
    if isinstance(part.value, dict):
        if not part.keys(("service",), ("when", "chosen")):
            return None
        named = part.get("service")
    service = named.text()
    if service not in services:
        named.refuse(
            "K621",
            f"没有事项“{service}”",
            f"there is no service “{service}”",
            one_of(service, list(services)),
        )
        return None
    if named is part:
        return BundleEntry(service)
    when = None
    if part.get("when").text():
        origin = value_in(part.document, (*part.path, "when"))
        when, wrong = read_condition(part.get("when").text(), names_of_schema(schema), origin)
        part.problems.extend(wrong)
    return BundleEntry(service, when, part.get("chosen").boolean(True))


def _offered(bundle: Bundle, services: ServiceShelf) -> Bundle | None:
    entries = tuple(entry for entry in bundle.entries if entry.service in services)
    return (
        Bundle(bundle.id, bundle.title, bundle.audience, entries, bundle.summary)
        if len(entries) > 1
        else None
    )
