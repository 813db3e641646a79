"""Lists by name (名单、榜单、目录) and membership in them: P323.

``listed(毕业院校, 世界大学榜, 200)`` holds of a name among the first 200. Of names that are not written, ``otherwise`` may name the field
that says whether, or at which place, they stand; without it a list is complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from juxian.core.facts.schema import Kind
from juxian.core.policy.names import NamedList, Names
from juxian.core.policy.nodes import FieldValue, IsTrue
from juxian.core.policy.reading.values import Values
from juxian.core.positioned import Path
from juxian.core.text import Text

LAST_PLACE = 1_000_000
Entry = tuple[tuple[str, ...], int]  # every name of it; its place, 0 where the list has none


def lists_of(reader: Values, path: Path, names: Names) -> list[tuple[Path, NamedList]]:
    """``lists`` of a version, each with where it stands."""
    if reader.get(path) is None:
        return []
    found = []
    for item in reader.items(path):
        if not reader.mapping(
            item, ("id", "title", "entries", "otherwise", "source", "note"), ("id", "title", "entries")
        ):
            continue
        entries = tuple(_entries(reader, (*item, "entries")))
        placed = any(place for _, place in entries)
        if placed and not all(place for _, place in entries):
            reader.wrong(
                (*item, "entries"), "P323", Text("有的写了名次，有的没有", "some have a place and some have none"),
                Text("都写 place，或都不写", "write place at all of them, or at none"),
            )  # fmt: skip
        otherwise = _otherwise(reader, (*item, "otherwise"), names, placed=placed)
        named = NamedList(
            reader.text((*item, "id")), reader.title((*item, "title")) or Text(""), entries, otherwise
        )
        found.append((item, named))
    return found


def _entries(reader: Values, path: Path) -> Iterator[Entry]:
    """``清华大学``, or ``{name: 清华大学, place: 22, also: [Tsinghua University]}``."""
    seen: set[str] = set()
    for item in reader.items(path):
        places: tuple[Path, ...] = (item,)
        place = 0
        if isinstance(reader.get(item), dict):
            if not reader.mapping(item, ("name", "place", "also"), ("name",)):
                continue
            others = reader.items((*item, "also")) if reader.get((*item, "also")) is not None else []
            places = ((*item, "name"), *others)
            place = reader.integer((*item, "place"), 1, LAST_PLACE)
        words = []
        for name in places:
            word = reader.text(name)
            if word in seen:
                reader.wrong(name, "P323", Text(f"“{word}”写了两次", f"“{word}” is written twice"))
            seen.add(word)
            words.append(word)
        yield tuple(words), place


def _otherwise(reader: Values, path: Path, names: Names, *, placed: bool) -> FieldValue | IsTrue | None:
    word = reader.text(path)
    name = names.find(word) if word else None
    wanted = Kind.INTEGER if placed else Kind.BOOLEAN
    if name is not None and name.type.kind is wanted and not name.years_since:
        return FieldValue(name.name, wanted) if placed else IsTrue(name.name)
    if word:
        zh, en = ("名次（整数）", "a whole number, the place") if placed else ("是否", "yes or no")
        reader.wrong(
            path, "P323", Text(f"“{word}”不是{zh}字段", f"{word} is no field of {en}"),
            Text("写一个说明未列名称的字段，或去掉 otherwise", "name a field that tells of names not written, or leave it out"),
        )  # fmt: skip
    return None
