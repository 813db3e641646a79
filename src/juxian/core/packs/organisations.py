"""``organisations.yaml``: the tree of units of a pack (机构树).

K401 unknown parent · K402 unit above itself · K403 code used by another pack · K404 not in the code list ·
K405 unit outside the tree of the root · K406 two units with one duty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from juxian.core.facts.schema import Schema
from juxian.core.facts.values import nearest_level
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.packs.schema import BASES, OrganisationEntry
from juxian.core.text import Text

_OPTIONAL = (
    "employer_kind",
    "industry",
    "parent",
    "aliases",
    "since",
    "duties",
    "attributes",
    "source",
)


def read_organisations(
    whole: Part, root: str, schema: Schema, taken: Mapping[str, str]
) -> tuple[OrganisationEntry, ...]:
    """All units of the pack. taken: code → pack, of the units of all other packs."""
    if not whole.keys(("organisations",)):
        return ()
    parts = [
        (part, entry)
        for part in whole.get("organisations").items()
        if (entry := _organisation(part, schema)) is not None
    ]
    entries = unique(parts, lambda entry: entry.code)
    for part, entry in parts:
        _check_free(part.get("code"), entry.code, taken)
        _check_place(part, entry, root, entries)
    _check_duties(parts)
    return tuple(entries.values())


def _organisation(part: Part, schema: Schema) -> OrganisationEntry | None:
    if not part.keys(("code", "name", "kind", "basis"), _OPTIONAL):
        return None
    code = part.get("code").code()
    if not code:
        return None
    return OrganisationEntry(
        code=code,
        name=part.get("name").title(),
        kind=_level(part.get("kind"), "organisation_kind", schema),
        basis=part.get("basis").one_of(BASES),
        employer_kind=_level(part.get("employer_kind"), "employer_kind", schema),
        industry=_level(part.get("industry"), "industry", schema),
        parent=part.get("parent").text(),
        aliases=part.get("aliases").words(),
        since=part.get("since").day(),
        duties=_duties(part.get("duties"), schema),
        attributes={key: entry.value for key, entry in part.get("attributes").entries()},
        source=part.get("source").text(),
    )


def _level(part: Part, scale_code: str, schema: Schema) -> str:
    word, scale = part.text(), schema.scales.get(scale_code)
    if not word or scale is None:
        return word
    level = scale.find(word)
    if level is None:
        near = nearest_level(word, scale)
        hint = (
            Text(f"是否指“{near}”？", f"did you mean “{near}”?") if near else one_of(word, list(scale.levels))
        )
        part.refuse(
            "K404",
            f"“{word}”不在“{scale.title.zh}”代码表中",
            f"“{word}” is not in the list “{scale.title.in_language('en')}”",
            hint,
        )
    return level.code if level else ""


def _duties(part: Part, schema: Schema) -> tuple[str, ...]:
    return tuple(code for item in part.items() if (code := _level(item, "duty", schema)))


def _check_duties(parts: Sequence[tuple[Part, OrganisationEntry]]) -> None:
    owners: dict[str, str] = {}
    for part, entry in parts:
        for duty in entry.duties:
            owner = owners.setdefault(duty, entry.code)
            if owner != entry.code:
                zh = f"职责“{duty}”已由 {owner} 承担"
                part.get("duties").refuse("K406", zh, f"{owner} has the duty “{duty}” already")


def _check_free(part: Part, code: str, taken: Mapping[str, str]) -> None:
    if code in taken:
        part.refuse(
            "K403",
            f"代码“{code}”已被 {taken[code]} 使用",
            f"the code “{code}” is used by {taken[code]}",
            Text("代码在全部地方包中应唯一", "codes are unique over all packs"),
        )


def _check_place(
    part: Part,
    entry: OrganisationEntry,
    root: str,
    entries: Mapping[str, OrganisationEntry],
) -> None:
    parent = part.get("parent")
    if entry.parent and entry.parent not in entries:
        hint = one_of(entry.parent, list(entries))
        parent.refuse(
            "K401",
            f"没有机构“{entry.parent}”",
            f"there is no organisation “{entry.parent}”",
            hint,
        )
    elif entry.code == root and entry.parent:
        parent.refuse("K405", "管辖根机构没有上级", "the root organisation has no parent")
    elif entry.code != root and not entry.parent:
        hint = Text(f"补上 parent: {root}", f"add parent: {root}")
        part.refuse("K405", f"“{entry.code}”没有上级机构", f"“{entry.code}” has no parent", hint)
    elif _circular(entry, entries):
        parent.refuse("K402", f"“{entry.code}”是自己的上级", f"“{entry.code}” stands above itself")


def _circular(entry: OrganisationEntry, entries: Mapping[str, OrganisationEntry]) -> bool:
    seen, above = {entry.code}, entries.get(entry.parent)
    while above is not None and above.code not in seen:
        seen.add(above.code)
        above = entries.get(above.parent)
    return above is not None and above.code == entry.code
