"""``scales.yaml``: code lists, added to those of the parent (代码表).

K302 one word for two levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from juxian.core.facts.schema import Level, Scale
from juxian.core.packs.reading import Part, unique

_SCALE_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LEVEL_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")


def read_scales(whole: Part, parent: Mapping[str, Scale]) -> dict[str, Scale]:
    """All scales in force: the parent's, with levels added or replaced by code, and new ones."""
    scales = dict(parent)
    if whole.keys(("scales",)):
        for code, part in whole.get("scales").entries():
            _check_code(part, code)
            scale = _scale(code, part, parent.get(code))
            if scale is not None:
                scales[code] = scale
    return scales


def _check_code(part: Part, code: str) -> None:
    if not _SCALE_CODE.fullmatch(code):
        part.refuse("K105", f"“{code}”不是代码", f"“{code}” is not a code", key=True)


def _scale(code: str, part: Part, parent: Scale | None) -> Scale | None:
    required = ("levels",) if parent else ("title", "levels")
    if not part.keys(required, ("title", "ordered", "replace", "source", "levels")):
        return None
    inherited = {} if parent is None or part.get("replace").boolean() else dict(parent.levels)
    ordered = part.get("ordered").boolean(parent.ordered if parent else False)
    levels = _merged(inherited, _levels(part.get("levels"), inherited))
    if ordered:
        levels = [replace(level, rank=rank) for rank, level in enumerate(levels, start=1)]
    _check_words(part, levels)
    return Scale(
        code,
        part.get("title").title() if part.get("title").present or not parent else parent.title,
        {level.code: level for level in levels},
        ordered,
        part.get("source").text(parent.source if parent else ""),
    )


def _levels(part: Part, inherited: Mapping[str, Level]) -> list[Level]:
    found = [(item, level) for item in part.items() if (level := _level(item, inherited))]
    return list(unique(found, lambda level: level.code).values())


def _level(part: Part, inherited: Mapping[str, Level]) -> Level | None:
    if not part.keys(("code",), ("title", "aliases", "standard")):
        return None
    code = part.get("code").matching(_LEVEL_CODE, "字母、数字、连字符", "letters, digits and hyphens")
    before = inherited.get(code)
    if before is None:
        part.keys(("code", "title"), ("aliases", "standard"))
    title = part.get("title").title() if part.get("title").present or not before else before.title
    aliases = (*(before.aliases if before else ()), *part.get("aliases").words())
    standard = part.get("standard").text(before.standard if before else "")
    return Level(code, title, 0, tuple(dict.fromkeys(aliases)), standard) if code else None


def _merged(inherited: dict[str, Level], listed: list[Level]) -> list[Level]:
    """A known level keeps its place; a new one stands behind the level listed before it, else last."""
    order = list(inherited)
    taken = {word for level in listed for word in _words(level)}
    previous = ""
    for level in listed:
        if level.code not in inherited:
            order.insert(order.index(previous) + 1 if previous else len(order), level.code)
        previous = level.code
    kept = {code: _without(level, taken) for code, level in inherited.items()}
    by_code = kept | {level.code: level for level in listed}
    return [by_code[code] for code in order]


def _without(level: Level, taken: set[str]) -> Level:
    """An inherited level gives up the aliases that a level of the pack itself uses."""
    return replace(level, aliases=tuple(word for word in level.aliases if word.casefold() not in taken))


def _words(level: Level) -> set[str]:
    """What a roster or a policy may call it in Chinese, and its codes."""
    words = (level.code, level.title.zh, level.standard, *level.aliases)
    return {word.casefold() for word in words if word}


def _check_words(part: Part, levels: Iterable[Level]) -> None:
    """No word may mean two levels: a roster that says it could not be read."""
    owners: dict[str, Level] = {}
    for level in levels:
        for word in sorted(_words(level)):
            other = owners.setdefault(word, level)
            if other.code != level.code:
                part.refuse(
                    "K302",
                    f"“{word}”同时指 {other.code} 和 {level.code}",
                    f"“{word}” means both {other.code} and {level.code}",
                    key=True,
                )
