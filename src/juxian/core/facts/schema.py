"""Scales, fact kinds and profile fields: the vocabulary that packs define (代码表、信息项类别、画像字段)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from enum import StrEnum
from functools import cached_property
from typing import Any

from juxian.core.text import Text

_NOTHING = Text("")


class Kind(StrEnum):
    """The closed list of value types; canonical Python form in brackets.

    Canonical forms are JSON values, so that a fact, a profile and a population file agree.
    """

    TEXT = "text"  # str, NFC
    INTEGER = "integer"  # int
    MONEY = "money"  # int, whole fen (分)
    MONTHS = "months"  # int, whole months
    DATE = "date"  # str "YYYY-MM-DD" in JSON; datetime.date inside the engines
    BOOLEAN = "boolean"  # bool
    LEVEL = "level"  # str, code of one level of a scale
    LEVELS = "levels"  # sorted list[str], codes of levels of a scale
    ORGANISATION = "organisation"  # str, code of an organisation
    AMOUNTS = "amounts"  # dict[str, int], benefit id → fen received (已领金额)


@dataclass(frozen=True, slots=True)
class ValueType:
    """A type of value; ``scale`` is set for LEVEL and LEVELS only."""

    kind: Kind
    scale: str = ""

    def __str__(self) -> str:
        return f"{self.kind}({self.scale})" if self.scale else str(self.kind)


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale (代码表的一项). ``rank`` orders levels of an ordered scale, higher is more; else 0."""

    code: str
    title: Text
    rank: int = 0
    aliases: tuple[str, ...] = ()
    standard: str = ""  # code in the national standard


@dataclass(frozen=True)
class Scale:
    """A code list (代码表): ordered like 学历, or not, like 民族."""

    code: str
    title: Text
    levels: Mapping[str, Level]
    ordered: bool = False
    source: str = ""  # the standard, e.g. GB/T 4658-2006

    @cached_property
    def _by_word(self) -> dict[str, Level]:
        words: dict[str, Level] = {}
        for level in self.levels.values():
            for word in (
                level.code,
                level.title.zh,
                level.title.en,
                level.standard,
                *level.aliases,
            ):
                if word:
                    words.setdefault(word.casefold(), level)
        return words

    def find(self, word: str) -> Level | None:
        """The level called ``word`` by code, title, alias or standard code; case is ignored."""
        return self._by_word.get(word.strip().casefold())


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact kind (信息项字段).

    sensitive: masked by default, left out of exports, encrypted where it is kept unless ``searched``: what lists and counts
    ask the database for stays readable there.
    """

    name: str
    title: Text
    type: ValueType
    required: bool = False
    sensitive: bool = False
    aliases: tuple[str, ...] = ()  # column headers of rosters that mean this field
    searched: bool = False

    @property
    def sealed(self) -> bool:
        """Encrypted where it is kept (加密保存)."""
        return self.sensitive and not self.searched


@dataclass(frozen=True)
class FactKind:
    """A kind of statement about a person (信息项类别), e.g. education, employment, honour.

    lasting: True for a state with ``since``/``until`` (employment), False for an event on a day (award).
    single: at most one value can be true on a day, so two that differ are in conflict.
    sentence: wording with ``{field}`` placeholders for timelines and letters.
    """

    code: str
    title: Text
    fields: Mapping[str, Field]
    lasting: bool = True
    single: bool = False
    sentence: Text = _NOTHING
    icon: str = "file-text"


class Derive(StrEnum):
    """How a profile field comes from facts in force on the day; the closed list."""

    LATEST = "latest"  # field of the fact with the latest since
    HIGHEST = "highest"  # greatest rank on an ordered scale, or greatest number
    EARLIEST = "earliest"  # field (or since) of the fact with the earliest since
    SINCE = "since"  # since of the latest fact
    UNTIL = "until"  # until of the latest fact
    SUM = "sum"  # of a number field, events up to the day included
    COUNT = "count"
    MONTHS = "months"  # whole months covered by the facts up to the day, overlaps once
    EXISTS = "exists"
    SET = "set"  # levels of all facts
    AMOUNTS = "amounts"  # sum of ``field`` by ``by``


@dataclass(frozen=True, slots=True)
class Derivation:
    """``op`` over facts of ``kind`` that match ``where`` (field → accepted canonical values).

    field: of the kind; ``employer.industry`` reads the attribute of the organisation that the field names.
    otherwise: value when no fact matches; None means unknown (not no).
    ever: also facts that have ended count (an honour once received).
    """

    op: Derive
    kind: str
    field: str = ""
    where: Mapping[str, tuple[Any, ...]] = made_by(default_factory=dict)
    otherwise: Any = None
    ever: bool = False
    by: str = ""
    gives: Any = None  # with EXISTS: the value when a fact matches (default True)


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One column of the derived profile (画像字段); the names that the rule language knows.

    Exactly one of ``derive``, ``years_since`` and ``of_spouse`` is set. The first of ``derive`` that gives a value counts.
    ``years_since`` names a date field and gives whole years on the day (年龄, 服务年限); it is never stored.
    searched: as of ``Field``. of_spouse: the field of the spouse's own profile that is read here (配偶的…), which has neither;
    stated: the field that holds what the person says of the spouse, where the spouse's own record says nothing.
    """

    name: str
    title: Text
    type: ValueType
    derive: tuple[Derivation, ...] = ()
    years_since: str = ""
    aliases: tuple[str, ...] = ()
    question: Text = _NOTHING  # how a screener asks for it
    sensitive: bool = False
    searched: bool = False
    of_spouse: str = made_by(default="", repr=False)  # not in the digest of words that do not have it
    stated: str = made_by(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that every record should hold (应登记项).

    months: after so many it is asked for again; 0: never. unless: kinds of facts that excuse its absence (离岗).
    """

    kind: str
    field: str
    months: int = 0
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminders:
    """confirm_months: after so many a record is to be confirmed; 0: never. expiring: kind → days before its end (提醒)."""

    confirm_months: int = 0
    expiring: Mapping[str, tuple[int, ...]] = made_by(default_factory=dict)


@dataclass(frozen=True)
class Schema:
    """The vocabulary in force for a pack, its parents included (事实与画像的全部词汇)."""

    scales: Mapping[str, Scale]
    kinds: Mapping[str, FactKind]
    profile: Mapping[str, ProfileField]
    wanted: tuple[Wanted, ...] = ()
    reminders: Reminders = Reminders()
    retirement_ages: tuple[int, ...] = ()  # the usual one first
    has_spouse: str = (
        ""  # the yes-or-no field that says whether there is a spouse; empty: spouses are not read
    )

    @cached_property
    def _names(self) -> dict[str, ProfileField]:
        names: dict[str, ProfileField] = {}
        for item in self.profile.values():
            for word in (item.name, item.title.zh, *item.aliases):
                names.setdefault(word, item)
        return names

    def find_field(self, word: str) -> ProfileField | None:
        """A profile field by English name, Chinese title or alias."""
        return self._names.get(word)

    @cached_property
    def sealed(self) -> frozenset[str]:
        """Profile fields that are encrypted where they are kept: sensitive ones, and those derived of such a field of a fact."""
        return frozenset(
            field.name
            for field in self.profile.values()
            if not field.searched and (field.sensitive or any(map(self._reads_sealed, field.derive)))
        )

    def _reads_sealed(self, rule: Derivation) -> bool:
        kind = self.kinds.get(rule.kind)
        read = (rule.field.partition(".")[0], rule.by, *rule.where)
        return kind is not None and any(kind.fields[name].sealed for name in read if name in kind.fields)

    @cached_property
    def of_spouse(self) -> tuple[ProfileField, ...]:
        """Fields that read the spouse's profile."""
        return tuple(field for field in self.profile.values() if field.of_spouse)

    @cached_property
    def read_of_spouse(self) -> frozenset[str]:
        """Fields of a person's own profile that the spouse's profile reads."""
        return frozenset(field.of_spouse for field in self.of_spouse)

    @cached_property
    def tell_of_marriage(self) -> frozenset[str]:
        """Recorded fields that bear on what is read of the spouse: whether there is one, and what the person says."""
        return frozenset((self.has_spouse, *(field.stated for field in self.of_spouse))) - {""}

    def tells_of_spouse(self, names: Iterable[str]) -> bool:
        """Whether one of the fields holds something out of the spouse's record."""
        spouses = {field.name for field in self.of_spouse}
        return any(name in spouses for name in names)

    def scale_of(self, type_: ValueType) -> Scale:
        return self.scales[type_.scale]
