"""``privacy.yaml``: what personal data is processed for (处理目的), on which legal basis, and how long it is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from juxian.core.facts.schema import Schema
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.text import Text

CONSENT: Final = ("consent", "separate_consent")  # may be withdrawn at any time
BASES: Final = (*CONSENT, "duty", "contract", "employment", "emergency", "published")
# what is kept beside facts
BESIDE: Final = (
    "cases", "drafts", "rosters", "messages", "corrections", "screenings", "grants", "flats", "leases", "cards", "accounts",
    "found", "notices",
)  # fmt: skip
LONGEST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose as its file gives it.

    basis: of article 13 of the Personal Information Protection Law. law: where it stands. kinds: fact kinds that it needs.
    months: how long an ended or withdrawn fact is kept for it; None for no end. kept_by_law: a request to delete does not
    reach facts of these kinds.
    """

    id: str
    title: Text
    basis: str
    law: Text
    kinds: tuple[str, ...]
    months: int | None
    kept_by_law: bool
    description: Text

    @property
    def by_consent(self) -> bool:
        return self.basis in CONSENT


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long what lies beside facts is kept after its end. law: that asks for it, so that a request to delete does not reach it."""

    data: str
    months: int
    law: Text

    @property
    def by_law(self) -> bool:
        return bool(self.law.zh)


@dataclass(frozen=True, slots=True)
class Leaving:
    """How long what has no end of its own is kept after its person has left (离岗后的保存期限).

    events: kinds of facts whose day is the day of leaving. posts: kinds of which one in force says that the person is still
    here, unless an event came after it began; the end of the last one is a day of leaving as well.
    """

    months: int
    events: tuple[str, ...]
    posts: tuple[str, ...]


def read_purposes(whole: Part, schema: Schema, parents: Mapping[str, Purpose]) -> dict[str, Purpose]:
    """Those of the parent, replaced by id; ``offered: false`` leaves one out."""
    if not whole.keys((), ("purposes", "keeping", "leaving")):
        return dict(parents)
    read = [(part, _purpose(part, schema)) for part in whole.get("purposes").items()]
    own = unique(read, lambda purpose: purpose.id)
    left_out = {purpose.id for part, purpose in read if not part.get("offered").boolean(default=True)}
    return {key: purpose for key, purpose in {**parents, **own}.items() if key not in left_out}


def read_keeping(whole: Part, parents: Mapping[str, Keeping]) -> dict[str, Keeping]:
    """Those of the parent, replaced one by one."""
    own = unique(
        [(part, found) for part in whole.get("keeping").items() if (found := _keeping(part)) is not None],
        lambda keeping: keeping.data,
    )
    return {**parents, **own}


def _keeping(part: Part) -> Keeping | None:
    if not part.keys(("data", "months"), ("law",)):
        return None
    data, months = part.get("data").one_of(BESIDE), part.get("months").integer(0, LONGEST_MONTHS)
    return Keeping(data, months, part.get("law").title()) if data and months is not None else None


def read_leaving(whole: Part, schema: Schema, parent: Leaving | None) -> Leaving | None:
    """That of the parent where the file says nothing of it."""
    part = whole.get("leaving")
    if not part.present or not part.keys(("months", "events", "posts")):
        return parent
    months = part.get("months").integer(0, LONGEST_MONTHS)
    events, posts = _kinds(part.get("events"), schema), _kinds(part.get("posts"), schema)
    return Leaving(months, events, posts) if months is not None else parent


def months_after_leaving(kind: str, purposes: Iterable[Purpose], leaving: Leaving) -> int | None:
    """How long a fact of ``kind`` that never ends is kept after its person has left; None for a purpose without an end."""
    found = [purpose.months for purpose in purposes_of(kind, purposes)]
    known = [months for months in found if months is not None]
    return max([leaving.months, *known]) if len(known) == len(found) else None


def months_of_record(
    kinds: Iterable[str], purposes: Collection[Purpose], leaving: Leaving | None
) -> int | None:
    """How long the record itself is kept after its person has left: as long as any of the kinds."""
    found = [months_after_leaving(kind, purposes, leaving) for kind in kinds] if leaving else []
    known = [months for months in found if months is not None]
    return max(known) if known and len(known) == len(found) else None


def purposes_of(kind: str, purposes: Iterable[Purpose]) -> list[Purpose]:
    return [purpose for purpose in purposes if kind in purpose.kinds]


def months_kept(kind: str, purposes: Iterable[Purpose]) -> int | None:
    """How long an ended fact of ``kind`` is kept: the longest of its purposes; None without a purpose or an end."""
    found = [purpose.months for purpose in purposes_of(kind, purposes)]
    known = [months for months in found if months is not None]
    return max(known) if known and len(known) == len(found) else None


def rests_on(purpose: Purpose, purposes: Iterable[Purpose]) -> tuple[str, ...]:
    """The fact kinds that no other purpose needs: what a withdrawn consent takes away."""
    others = {kind for other in purposes if other.id != purpose.id for kind in other.kinds}
    return tuple(kind for kind in purpose.kinds if kind not in others)


def _purpose(part: Part, schema: Schema) -> Purpose:
    offered = part.get("offered").boolean(default=True)
    required = ("purpose", "title", "basis", "law", "kinds") if offered else ("purpose",)
    part.keys(required, ("title", "basis", "law", "kinds", "months", "kept_by_law", "description", "offered"))
    kinds = _kinds(part.get("kinds"), schema)
    basis = part.get("basis").one_of(BASES)
    kept = part.get("kept_by_law").boolean()
    if kept and basis in CONSENT:
        part.get("kept_by_law").refuse(
            "K104", "依同意处理的不能写依法保留", "what rests on consent cannot be kept by law"
        )
    return Purpose(
        part.get("purpose").code(),
        part.get("title").title(),
        basis,
        part.get("law").title(),
        kinds,
        part.get("months").integer(0, LONGEST_MONTHS),
        kept,
        part.get("description").title(),
    )


def _kinds(part: Part, schema: Schema) -> tuple[str, ...]:
    found = []
    for item in part.items():
        kind = item.text()
        if kind and kind not in schema.kinds:
            item.refuse(
                "K104", f"没有信息项“{kind}”", f"no fact kind “{kind}”", one_of(kind, list(schema.kinds))
            )
        elif kind:
            found.append(kind)
    return tuple(found)
