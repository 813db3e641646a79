"""``lint.yaml``: what the lint of policies takes from a pack and its parents (政策检查的配置).

K701 not a profile field · K702 a field of a type that this list does not take.
"""

from __future__ import annotations

from pathlib import Path

from juxian.core.facts.schema import Kind, Schema
from juxian.core.packs.files import PACK_FILE, read_document
from juxian.core.packs.reading import Part, one_of
from juxian.core.packs.schema import Pack
from juxian.core.policy.lint.merits import Merit, Merits, merged
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

FILE = "lint.yaml"
_NUMBERS = (Kind.INTEGER, Kind.MONEY, Kind.MONTHS)


def merits_of(pack: Pack) -> Merits:
    """The data of a pack with that of its parents. Raises ``Rejected`` with every problem."""
    problems: list[Problem] = []
    found = Merits()
    for directory in reversed(_lineage(pack.directory)):
        path = directory / FILE
        document = read_document(path, problems) if path.is_file() else None
        if document is not None:
            found = merged(found, read_merits(Part.whole(document, problems), pack.schema))
    if problems:
        raise Rejected(problems)
    return found


def read_merits(part: Part, schema: Schema) -> Merits:
    """One file; what is wrong goes to the problems of ``part``."""
    if not part.keys((), ("merits", "more_is_more", "neutral")):
        return Merits()
    merits = [_merit(code, entry, schema) for code, entry in part.get("merits").entries()]
    rising = _fields(part.get("more_is_more"), schema, _NUMBERS)
    return Merits(tuple(merits), rising, _fields(part.get("neutral"), schema, (Kind.LEVEL,)))


def _merit(code: str, part: Part, schema: Schema) -> Merit:
    if not part.keys(("fields",), ("title",)):
        return Merit(code, Text(code), frozenset())
    return Merit(code, part.get("title").title(), _fields(part.get("fields"), schema, tuple(Kind)))


def _fields(part: Part, schema: Schema, kinds: tuple[Kind, ...]) -> frozenset[str]:
    found = set()
    for entry in part.items():
        word = entry.text()
        field = schema.find_field(word)
        if field is None:
            entry.refuse(
                "K701",
                f"没有画像字段“{word}”",
                f"there is no profile field “{word}”",
                one_of(word, list(schema.profile)),
            )
        elif field.type.kind not in kinds:
            entry.refuse(
                "K702",
                f"“{word}”的类型 {field.type} 不适用于此处",
                f"“{word}” is {field.type}, which is not of use here",
            )
        else:
            found.add(field.years_since or field.name)
    return frozenset(found)


def _lineage(directory: Path) -> list[Path]:
    """The directory of a pack and those of its parents, which lie beside it."""
    found = [directory]
    while True:
        document = read_document(found[-1] / PACK_FILE, [])
        extends = document.data.get("extends") if document and isinstance(document.data, dict) else None
        parent = found[-1].parent / str(extends)
        if not extends or parent in found or not parent.is_dir():
            return found
        found.append(parent)
