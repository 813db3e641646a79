"""The versions of a policy (政策版本): their periods, benefits and caps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from juxian.core.policy.document import BASES, Basis, Benefit, Cap, StackingRule, Version
from juxian.core.policy.names import Names
from juxian.core.policy.reading.benefits import Benefits
from juxian.core.policy.reading.classing import classes_of, name_of
from juxian.core.policy.reading.listing import lists_of
from juxian.core.positioned import Document, Path
from juxian.core.text import Text

_KEYS = ("since", "until", "applies_by", "note", "lists", "classes", "points", "benefits", "caps")


class Versions(Benefits):
    """``paths``: benefit → its place in the file."""

    def __init__(self, document: Document, names: Names) -> None:
        super().__init__(document, names)
        self.paths: dict[str, Path] = {}

    def versions(self, basis: Basis, caps: tuple[Cap, ...]) -> tuple[Version, ...]:
        if self.get(("versions",)) is None:
            return ()
        found = [(path, self.version(path, basis, caps)) for path in self.items(("versions",))]
        readable = sorted(
            ((path, version) for path, version in found if version), key=lambda item: item[1].since
        )
        closed = []
        for index, (path, version) in enumerate(readable):
            following = readable[index + 1][1].since if index + 1 < len(readable) else None
            self.check_period(path, version, following)
            until = version.until or following
            closed.append(replace(version, until=until))
        self.check_groups(closed)
        return tuple(closed)

    def version(self, path: Path, basis: Basis, caps: tuple[Cap, ...]) -> Version | None:
        if not self.mapping(path, _KEYS, ("since", "benefits")):
            return None
        words = self.names
        lists = lists_of(self, (*path, "lists"), words)
        self.own_words([(item, named.id, named.title.zh) for item, named in lists], "P323")
        self.names = words.with_lists(named for _, named in lists)
        classes = classes_of(self, (*path, "classes"), self.names, self.condition)
        self.own_words([(item, table.id, table.title.zh) for item, table in classes], "P322")
        self.names = self.names.with_names(name_of(table) for _, table in classes)
        points = self.points((*path, "points"))
        self.names = self.names.with_points(((table.id, table.title.zh), table.sum) for table in points)
        benefits, own_caps = self.benefits(path, basis), self.caps((*path, "caps"))
        self.names = words
        applies_by = self.date_field((*path, "applies_by"))
        since, until = self.day((*path, "since")), self.day((*path, "until"))
        if since is None:
            return None
        note = self.title((*path, "note"))
        return Version(
            since, until, applies_by, benefits, caps + own_caps, note, points,
            tuple(table for _, table in classes), tuple(named for _, named in lists),
        )  # fmt: skip

    def own_words(self, named: Iterable[tuple[Path, str, str]], code: str) -> None:
        """Id and title by which conditions name something of the version are words of its own."""
        taken: set[str] = set()
        for path, *words in named:
            for key, word in zip(("id", "title"), words, strict=True):
                if not self.may_name(word) or word in taken:
                    self.wrong(
                        (*path, key), code, Text(f"“{word}”不能作名称", f"“{word}” cannot be a name"),
                        Text("一个词，不与字段或另一个名称相同", "one word that is neither a field nor another name"),
                    )  # fmt: skip
            taken.update(words)

    def benefits(self, path: Path, basis: Basis) -> tuple[Benefit, ...]:
        benefits = []
        seen: set[str] = set()
        for item in self.items((*path, "benefits")) if self.get((*path, "benefits")) is not None else []:
            benefit = self.benefit(item, basis)
            if benefit is None:
                continue
            if benefit.id in seen:
                self.wrong(
                    (*item, "id"),
                    "P310",
                    Text(f"待遇“{benefit.id}”重复", f"the benefit {benefit.id} is written twice"),
                )
            seen.add(benefit.id)
            self.paths.setdefault(benefit.id, item)
            benefits.append(benefit)
        return tuple(benefits)

    def caps(self, path: Path) -> tuple[Cap, ...]:
        if self.get(path) is None:
            return ()
        found = []
        for item in self.items(path):
            if self.mapping(item, ("amount", "unless", "basis", "article", "note", "source"), ("amount",)):
                amount = self.fixed_amount((*item, "amount"))
                unless = self.condition((*item, "unless"))
                basis, article = self.choice((*item, "basis"), BASES), self.text((*item, "article"))
                found += [Cap(amount, unless, basis, article)] if amount is not None else []
        return tuple(found)

    def check_period(self, path: Path, version: Version, following: date | None) -> None:
        if version.until is not None and version.until <= version.since:
            self.wrong((*path, "until"), "P311", Text("失效日不晚于施行日", "until is not after since"))
        elif following is not None and (
            following == version.since or (version.until or following) > following
        ):
            self.wrong(
                (*path, "since"), "P311", Text("与下一版本的施行期间重叠", "its period overlaps with the next version's"),
                Text("去掉 until，或改为下一版本的施行日", "leave out until, or set it to the next since"),
            )  # fmt: skip

    def check_groups(self, versions: Iterable[Version]) -> None:
        for version in versions:
            rules: dict[str, StackingRule] = {}
            for benefit in version.benefits:
                for stacking in benefit.stacking:
                    if stacking.rule in (StackingRule.DEDUCT_EARLIER, StackingRule.ONCE_IN_LIFE):
                        continue
                    first = rules.setdefault(stacking.group, stacking.rule)
                    if first is not stacking.rule:
                        self.wrong(
                            (*self.paths[benefit.id], "stacking"), "P316",
                            Text(f"组“{stacking.group}”的规则不一致：{first} 与 {stacking.rule}", f"the rules of group {stacking.group} disagree: {first} and {stacking.rule}"),
                            Text("同一组用同一条规则", "one group, one rule"),
                        )  # fmt: skip
