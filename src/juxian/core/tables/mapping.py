"""What each column of a roster means (列对应): known headers first, then the shape of the values."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from juxian.core.facts.schema import Derive, Schema
from juxian.core.identity import check_resident_id, find_document_kind
from juxian.core.tables.headers import plain_header, unit_of, variants
from juxian.core.tables.workbook import Cell

NAME = "identity.name"
NUMBER = "document.number"
NUMBER_KIND = "document.kind"
IGNORED = ""

NUMBER_HEADERS = (
    "身份证号码", "身份证号", "身份证", "身份证件号码", "公民身份号码", "公民身份证号码", "居民身份证号码", "居民身份证号",
    "证件号码", "证件号", "证件编号", "身份号码", "护照号码", "护照号", "身份证/护照号", "身份证(护照)号码",
    "港澳通行证号", "台胞证号", "id number", "identity number", "id card", "passport number",
)  # fmt: skip
KIND_HEADERS = ("证件类型", "证件类别", "证件种类", "身份证件类型", "document type")
ORDINAL_HEADERS = ("序号", "编号", "序", "no", "no.", "#", "行号")
_NEAR = 0.8
_SAMPLE = 200


class How(StrEnum):
    """Why a column means what it means (依据)."""

    REMEMBERED = "remembered"
    TITLE = "title"
    VARIANT = "variant"  # the header after brackets, 是否, 时间/日期
    CONTEXT = "context"  # a header of several kinds, decided by the columns beside it
    NEAR = "near"
    VALUES = "values"
    BY_HAND = "by_hand"
    REPEATED = "repeated"  # a second column of the same meaning, not used
    DERIVED = "derived"  # the register works it out itself (年龄)
    ORDINAL = "ordinal"
    UNKNOWN = "unknown"
    EMPTY = "empty"


CONFIDENCE = {
    How.REMEMBERED: 100, How.BY_HAND: 100, How.TITLE: 100, How.VARIANT: 90, How.CONTEXT: 80, How.VALUES: 70,
    How.NEAR: 60, How.REPEATED: 100, How.DERIVED: 100, How.ORDINAL: 100, How.UNKNOWN: 0, How.EMPTY: 100,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``target`` is ``kind.field``, ``kind.since``, ``kind.until``, ``document.number``, ``document.kind``
    or empty (ignored). part: 1, or 2, 3 … for the same target under another group of the header (在职教育/学历).
    confidence: per cent.
    """

    index: int
    header: str
    target: str
    how: How
    part: int = 1

    @property
    def confidence(self) -> int:
        return CONFIDENCE[self.how]

    @property
    def unit(self) -> str:
        return unit_of(self.header)


@dataclass(frozen=True)
class Vocabulary:
    """Every header word that a schema knows, made once for a file."""

    schema: Schema

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Word as compared → targets, in order of preference."""
        found: dict[str, list[str]] = {}
        for word in NUMBER_HEADERS:
            found.setdefault(plain_header(word), []).append(NUMBER)
        for word in KIND_HEADERS:
            found.setdefault(plain_header(word), []).append(NUMBER_KIND)
        for place in (self._titles(), self._dates(), self._aliases()):
            for word, target in place:
                targets = found.setdefault(plain_header(word), [])
                if target not in targets:
                    targets.append(target)
        return {word: tuple(targets) for word, targets in found.items()}

    def _titles(self) -> Iterable[tuple[str, str]]:
        for kind in self.schema.kinds.values():
            for field in kind.fields.values():
                yield field.title.zh, f"{kind.code}.{field.name}"
                if field.title.en:
                    yield field.title.en, f"{kind.code}.{field.name}"

    def _aliases(self) -> Iterable[tuple[str, str]]:
        for kind in self.schema.kinds.values():
            for field in kind.fields.values():
                for alias in field.aliases:
                    yield alias, f"{kind.code}.{field.name}"

    def _dates(self) -> Iterable[tuple[str, str]]:
        """When a fact began: the profile's own words for it (入职日期), and the kind's title with 日期."""
        for field in self.schema.profile.values():
            for rule in field.derive:
                begins = rule.op is Derive.SINCE or (rule.op is Derive.EARLIEST and not rule.field)
                ends = rule.op is Derive.UNTIL
                if (begins or ends) and not rule.where:
                    for word in (field.title.zh, field.title.en, *field.aliases):
                        yield word, f"{rule.kind}.{'since' if begins else 'until'}"
        for kind in self.schema.kinds.values():
            yield f"{kind.title.zh}日期", f"{kind.code}.since"

    @cached_property
    def derived(self) -> frozenset[str]:
        """Headers of what the register works out itself, such as 年龄."""
        fields = [field for field in self.schema.profile.values() if field.years_since]
        return frozenset(plain_header(word) for field in fields for word in (field.title.zh, *field.aliases))

    def targets(self, header: str) -> tuple[tuple[str, ...], How]:
        """Targets that the last line of a header names, and how sure that is."""
        last = header.rsplit("/", 1)[-1] if plain_header(header) not in self.words else header
        for place, word in enumerate(variants(last)):
            if word in self.words:
                return self.words[word], How.TITLE if place == 0 else How.VARIANT
        return (), How.UNKNOWN

    def knows(self, text: str) -> bool:
        """Whether a text can stand at the head of a column."""
        plain = plain_header(text)
        return plain in ORDINAL_HEADERS or plain in self.derived or bool(self.targets(text)[0])


def signature_of(headers: Sequence[str]) -> str:
    """SHA-256 over the headers in order, by which a sender's form is known again."""
    return hashlib.sha256("\n".join(plain_header(header) for header in headers).encode()).hexdigest()


def map_headers(
    headers: Sequence[str],
    vocabulary: Vocabulary,
    rows: Sequence[tuple[int, Sequence[Cell]]] = (),
    remembered: Mapping[str, str] | None = None,
) -> list[Column]:
    """One ``Column`` for each header. remembered: column index as text → ``target`` or ``target@part``."""
    found = [_column(index, header, vocabulary, remembered or {}) for index, header in enumerate(headers)]
    choices = dict(enumerate(found))
    columns = _decide(choices, vocabulary)
    columns = [_by_values(column, columns, rows) for column in columns]
    return _number_parts(columns, vocabulary.schema)


_Choice = tuple[str, tuple[str, ...], How, int]  # header, possible targets, how, part


def _column(index: int, header: str, vocabulary: Vocabulary, remembered: Mapping[str, str]) -> _Choice:
    plain = plain_header(header)
    if str(index) in remembered:
        target, _, part = remembered[str(index)].partition("@")
        return header, (target,), How.REMEMBERED, int(part or 1)
    if not plain:
        return header, (), How.EMPTY, 1
    if plain in ORDINAL_HEADERS:
        return header, (), How.ORDINAL, 1
    targets, how = vocabulary.targets(header)
    if not targets and any(word in vocabulary.derived for word in variants(header.rsplit("/", 1)[-1])):
        return header, (), How.DERIVED, 1
    if not targets:
        near = _nearest(plain, vocabulary)
        return (header, near, How.NEAR, 1) if near else (header, (), How.UNKNOWN, 1)
    return header, targets, how, 1


def _nearest(plain: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A known word of at least four characters that differs a little (身份证号吗, 毕业院较)."""
    if len(plain) < 4:
        return ()
    ratio, word = max((SequenceMatcher(None, plain, word).ratio(), word) for word in vocabulary.words)
    return vocabulary.words[word] if ratio >= _NEAR and len(word) >= 4 else ()


def _decide(choices: Mapping[int, _Choice], vocabulary: Vocabulary) -> list[Column]:
    """Where a word names several kinds, take the kind that other columns name too; a group's name helps."""
    kinds = Counter(
        targets[0].split(".")[0] for _header, targets, _how, _part in choices.values() if len(targets) == 1
    )
    columns = []
    for index, (header, targets, how, part) in choices.items():
        target = targets[0] if targets else IGNORED
        if len(targets) > 1:
            group = header.rsplit("/", 1)[0] if "/" in header else ""
            target = max(
                targets, key=lambda item: (_named(item, group, vocabulary), kinds[item.split(".")[0]])
            )
            how = how if target == targets[0] else How.CONTEXT
            if not _settled(target, targets, kinds, group, vocabulary):
                target, how = IGNORED, How.UNKNOWN
        columns.append(Column(index, header, target, how, part))
    return columns


def _named(target: str, group: str, vocabulary: Vocabulary) -> bool:
    kind = vocabulary.schema.kinds.get(target.split(".")[0])
    return bool(group and kind and plain_header(kind.title.zh)[:2] in plain_header(group))


def _settled(
    target: str, targets: Sequence[str], kinds: Counter[str], group: str, vocabulary: Vocabulary
) -> bool:
    """A field every kind has (批次) means nothing alone; one that is a title of its own kind does."""
    kind = target.split(".")[0]
    return kinds[kind] > 0 or _named(target, group, vocabulary) or len(targets) == 2


def _by_values(
    column: Column, columns: Sequence[Column], rows: Sequence[tuple[int, Sequence[Cell]]]
) -> Column:
    """A column without a known header whose values are identity numbers is one, unless there is one already."""
    if column.target or column.how is not How.UNKNOWN or any(other.target == NUMBER for other in columns):
        return column
    values = [
        str(row[column.index])
        for _number, row in rows[:_SAMPLE]
        if len(row) > column.index and row[column.index]
    ]
    good = sum(1 for value in values if not check_resident_id(value).problem)
    if values and good * 2 > len(values):
        return Column(column.index, column.header, NUMBER, How.VALUES)
    return column


def _number_parts(columns: Sequence[Column], schema: Schema) -> list[Column]:
    """The same target twice: another part under another group of the header, else the later one is not used."""
    groups: dict[str, list[str]] = {}  # target's kind → groups in order of appearance
    taken: set[tuple[str, int]] = set()
    numbered = []
    for column in columns:
        if not column.target or column.how is How.REMEMBERED:
            taken.add((column.target, column.part))
            numbered.append(column)
            continue
        kind = column.target.split(".")[0]
        group = plain_header(column.header.rsplit("/", 1)[0]) if "/" in column.header else ""
        seen = groups.setdefault(kind, [])
        if group not in seen:
            seen.append(group)
        repeats = (column.target, 1) in taken
        part = seen.index(group) + 1 if _may_repeat(kind, schema) and _spans_groups(columns, kind) else 1
        if (column.target, part) in taken:
            column = Column(column.index, column.header, IGNORED, How.REPEATED)
        elif repeats or part > 1:
            column = Column(column.index, column.header, column.target, column.how, part)
        taken.add((column.target, column.part))
        numbered.append(column)
    return numbered


def _may_repeat(kind: str, schema: Schema) -> bool:
    return kind in schema.kinds and not schema.kinds[kind].single


def _spans_groups(columns: Sequence[Column], kind: str) -> bool:
    """Some target of the kind stands under two groups: 全日制教育/学历 and 在职教育/学历."""
    targets = Counter(column.target for column in columns if column.target.split(".")[0] == kind)
    return any(times > 1 for times in targets.values())


def document_kind_of_header(header: str) -> str:
    """The kind of document that a header itself names (护照号码 → passport), empty when it names none."""
    plain = re.sub(r"(?:号码|编号|号|number)$", "", plain_header(header.rsplit("/", 1)[-1]))
    kind = find_document_kind(unicodedata.normalize("NFKC", plain))
    return kind if kind and kind != "resident_id" else ""
