"""The words that a condition may use, and what each means (可用的名称)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache

from juxian.core.facts.schema import Field, Scale, Schema, ValueType
from juxian.core.policy.nodes import Clause, FieldValue, IsTrue, Points
from juxian.core.text import Text

FUNCTIONS = (
    "has",
    "years_since",
    "months_since",
    "years_between",
    "months_between",
    "year_start",
    "fraction",
    "remainder",
    "at_least",
    "received",
    "received_amount",
    "min",
    "max",
    "known",
    "listed",
)


@dataclass(frozen=True)
class Vocabulary:
    """Words, case folded, and for each first letter the lengths of the words that begin with it, longest first."""

    words: frozenset[str] = frozenset()
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    @lru_cache(maxsize=64)  # the versions of the policies of a pack have most of their words in common
    def of(cls, words: frozenset[str]) -> Vocabulary:
        folded = frozenset(word.casefold() for word in words if word)
        lengths: dict[str, set[int]] = {}
        for word in folded:
            lengths.setdefault(word[0], set()).add(len(word))
        return cls(folded, {letter: tuple(sorted(found, reverse=True)) for letter, found in lengths.items()})

    def __contains__(self, word: str) -> bool:
        return word.casefold() in self.words


@dataclass(frozen=True, slots=True)
class Name:
    """One typed name. ``years_since`` names the date field that a computed one (年龄) counts from.

    levels: of a class that a policy gives itself, (level, who has it).
    """

    name: str
    title: Text
    type: ValueType
    years_since: str = ""
    aliases: tuple[str, ...] = ()
    levels: tuple[tuple[str, Clause], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for word in (self.name, self.title.zh, *self.aliases) if word)


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list by name (名单、榜单). entries: (its names, its place or 0). otherwise: what tells of a name that is not written."""

    id: str
    title: Text
    entries: tuple[tuple[tuple[str, ...], int], ...]
    otherwise: FieldValue | IsTrue | None = None

    @property
    def has_places(self) -> bool:
        return any(place for _, place in self.entries)


@dataclass(frozen=True, eq=False)
class Names:
    """Words → typed fields, with the scales that their levels come from; earlier names win."""

    names: tuple[Name, ...]
    schema: Schema
    points: Mapping[str, Points] = field(default_factory=dict)  # word → points table (积分)
    lists: Mapping[str, NamedList] = field(default_factory=dict)  # word → list by name (名单)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Field], schema: Schema) -> Names:
        """The fields of a fact kind, or of an organisation."""
        return cls(
            tuple(Name(f.name, f.title, f.type, "", f.aliases) for f in fields.values()),
            schema,
        )

    def __or__(self, other: Names) -> Names:
        """Both vocabularies; where a word means two things, ours counts."""
        points, lists = {**other.points, **self.points}, {**other.lists, **self.lists}
        return Names(self.names + other.names, self.schema, points, lists)

    def with_points(self, tables: Iterable[tuple[tuple[str, ...], Points]]) -> Names:
        """The same vocabulary and points tables, each under its words."""
        points = {word: table for words, table in tables for word in words}
        return Names(self.names, self.schema, points, self.lists)

    def with_lists(self, lists: Iterable[NamedList]) -> Names:
        """The same vocabulary and lists, each under its id and title."""
        found = {word: named for named in lists for word in (named.id, named.title.zh) if word}
        return Names(self.names, self.schema, self.points, found)

    def with_names(self, names: Iterable[Name]) -> Names:
        """The same vocabulary and further names."""
        return Names((*self.names, *names), self.schema, self.points, self.lists)

    @cached_property
    def by_word(self) -> dict[str, Name]:
        found: dict[str, Name] = {}
        for words in (
            lambda n: (n.name,),
            lambda n: (n.title.zh,),
            lambda n: n.aliases,
        ):
            for name in self.names:
                for word in words(name):
                    found.setdefault(word, name)
        return found

    @cached_property
    def by_name(self) -> dict[str, Name]:
        return {name.name: name for name in reversed(self.names)}

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """The scales that a name here is of."""
        codes = {name.type.scale for name in self.names if name.type.scale}
        return {code: self.schema.scales[code] for code in sorted(codes) if code in self.schema.scales}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word that means something; used to split words that are written together."""
        levels = (
            word
            for scale in self.scales.values()
            for level in scale.levels.values()
            for word in (level.code, level.title.zh, level.title.en, *level.aliases)
        )
        words = {*self.by_word, *self.points, *self.lists, *levels, *FUNCTIONS}
        return Vocabulary.of(frozenset(words - {"has"}))  # a keyword first of all

    def find(self, word: str) -> Name | None:
        return self.by_word.get(word)

    def scales_with(self, word: str) -> list[tuple[Name, Scale]]:
        """Names whose scale has a level called ``word``."""
        return [
            (name, self.schema.scales[name.type.scale])
            for name in self.names
            if name.type.scale in self.schema.scales and self.schema.scales[name.type.scale].find(word)
        ]

    def close_to(self, word: str) -> list[str]:
        return close_words(word, [*self.by_word, *self.points, *self.lists])


def shown(word: str) -> str:
    """A word of an author for a message; a very long one is cut."""
    return word if len(word) <= 40 else word[:38] + "…"


_ALIKE = 0.6  # of all letters, those in common; the filter below is its consequence


def close_words(word: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """Words that ``word`` may be a slip of: alike, or containing it."""
    known = [choice for choice in choices if len(choice) < 60]
    if len(word) > 60:
        return []
    # words that share no letter, or of which one is more than 7/3 as long, are never that much alike; asking each would be dear
    length, letters = len(word), set(word)
    possible = [
        choice
        for choice in known
        if 3 * len(choice) <= 7 * length and 3 * length <= 7 * len(choice) and not letters.isdisjoint(choice)
    ]
    found = get_close_matches(word, possible, n=count, cutoff=_ALIKE)
    found += [
        choice for choice in known if len(word) > 1 and len(choice) > 1 and (word in choice or choice in word)
    ]
    return list(dict.fromkeys(found))[:count]


@lru_cache(maxsize=64)
def _names_by_identity(key: _SchemaKey) -> Names:
    schema = key.schema
    return Names(
        tuple(Name(f.name, f.title, f.type, f.years_since, f.aliases) for f in schema.profile.values()),
        schema,
    )


@dataclass(frozen=True, eq=False)
class _SchemaKey:
    """A schema holds mappings and has no hash of its own; two keys are equal when they hold the same object."""

    schema: Schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SchemaKey) and other.schema is self.schema


def names_of_schema(schema: Schema) -> Names:
    """The profile fields of a schema: the words of policies."""
    return _names_by_identity(_SchemaKey(schema))
