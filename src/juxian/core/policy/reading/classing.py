"""Classes that a policy gives by its own rows, and takes over from other levels (分类、承接): P322.

A class is a name of the version, of an ordered scale; the greatest level of those whose row holds counts (就高).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from juxian.core.facts.schema import Kind, Level, Scale, ValueType
from juxian.core.policy.document import ClassRow, ClassTable
from juxian.core.policy.language import Expression
from juxian.core.policy.names import Name, Names
from juxian.core.policy.nodes import LevelIs
from juxian.core.policy.reading.values import Values
from juxian.core.positioned import Path
from juxian.core.text import Text


def classes_of(
    reader: Values, path: Path, names: Names, condition: Callable[[Path], Expression | None]
) -> list[tuple[Path, ClassTable]]:
    """``classes`` of a version, each with where it stands; ``condition`` reads one with the words of ``names``."""
    if reader.get(path) is None:
        return []
    found: list[tuple[Path, ClassTable]] = []
    for item in reader.items(path):
        if not reader.mapping(
            item, ("id", "title", "scale", "takes", "rows", "note"), ("id", "title", "scale")
        ):
            continue
        scale = _scale(reader, (*item, "scale"), names)
        if scale is None:
            continue
        rows = (
            *_taken(reader, (*item, "takes"), names, scale),
            *_rows(reader, (*item, "rows"), scale, condition),
        )
        if not rows and reader.get((*item, "rows")) is None and reader.get((*item, "takes")) is None:
            reader.wrong(
                item, "P322", Text("没有写怎样归类", "it does not say who has which level"),
                Text("写 takes 或 rows", "write takes, or rows"),
            )  # fmt: skip
        table = ClassTable(
            reader.text((*item, "id")), reader.title((*item, "title")) or Text(""), scale.code, rows
        )
        found.append((item, table))
    return found


def _scale(reader: Values, path: Path, names: Names) -> Scale | None:
    word = reader.text(path)
    scale = names.schema.scales.get(word)
    if scale is not None and scale.ordered:
        return scale
    known = sorted(code for code, one in names.schema.scales.items() if one.ordered)
    reader.wrong(
        path, "P322", Text(f"“{word}”不是有高低的等级表", f"“{word}” is no scale with an order"),
        Text("可写：" + "、".join(known[:12]), "write one of " + ", ".join(known[:12])),
    )  # fmt: skip
    return None


def _taken(reader: Values, path: Path, names: Names, scale: Scale) -> Iterator[ClassRow]:
    """A row for each level of the fields named that the scale has too, by code or title."""
    for item in reader.items(path) if reader.get(path) is not None else []:
        word = reader.text(item)
        name = names.find(word)
        if name is None or name.type.kind is not Kind.LEVEL or name.levels:
            reader.wrong(
                item, "P322", Text(f"“{word}”不是等级字段", f"{word} is not a field of a level"),
                Text("写一个等级类的字段", "write a field that holds a level"),
            )  # fmt: skip
            continue
        pairs = [
            (level, own)
            for level in names.schema.scales[name.type.scale].levels.values()
            if (own := _same(level, scale))
        ]
        if not pairs:
            reader.wrong(
                item, "P322",
                Text(f"“{name.title.zh}”与“{scale.title.zh}”没有相同的级别", f"{name.name} and {scale.code} have no level in common"),
                Text("代码、名称或别名相同的级别才能承接", "levels of the same code, title or alias are taken over"),
            )  # fmt: skip
        for level, own in pairs:
            yield ClassRow(own.code, LevelIs(name.name, name.type.scale, (level.code,)))


def _same(level: Level, scale: Scale) -> Level | None:
    words = (level.code, level.title.zh, *level.aliases)
    return next((own for word in words if (own := scale.find(word))), None)


def _rows(
    reader: Values, path: Path, scale: Scale, condition: Callable[[Path], Expression | None]
) -> Iterator[ClassRow]:
    for item in reader.items(path) if reader.get(path) is not None else []:
        if not reader.mapping(item, ("level", "when", "article", "note"), ("level", "when")):
            continue
        word = reader.text((*item, "level"))
        level = scale.find(word)
        if level is None:
            titles = [one.title.zh for one in scale.levels.values()]
            reader.wrong(
                (*item, "level"), "P322", Text(f"“{word}”不是“{scale.title.zh}”的一级", f"“{word}” is not a level of {scale.code}"),
                Text("可写：" + "、".join(titles), "write one of " + ", ".join(titles)),
            )  # fmt: skip
        when = condition((*item, "when"))
        if level is not None and when is not None:
            yield ClassRow(level.code, when.clause, reader.text((*item, "article")))


def name_of(table: ClassTable) -> Name:
    """The word by which conditions of the version ask for the class."""
    levels = tuple((row.level, row.clause) for row in table.rows)
    return Name(table.id, table.title, ValueType(Kind.LEVEL, table.scale), levels=levels)
