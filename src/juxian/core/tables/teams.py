"""What a roster of teams says beside its persons (团队名册): one row for each member, the team repeated in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.facts.schema import Scale
from juxian.core.packs.collectives import CollectiveBook, CollectiveKind
from juxian.core.tables.dates import Precision, read_date
from juxian.core.tables.headers import plain_header
from juxian.core.tables.organisations import Organisations, plain_organisation
from juxian.core.tables.rows import CellProblem
from juxian.core.text import Text

TEAM, KIND, LEVEL, HOST, FOUNDED, ROLE, JOINED = (
    "team.name", "team.kind", "team.level", "team.host", "team.founded", "team.role", "team.joined",
)  # fmt: skip
HEADERS: Mapping[str, tuple[str, ...]] = {
    TEAM: ("团队名称", "团队", "平台名称", "团队或平台名称", "名称", "team"),
    KIND: ("类别", "团队类别", "平台类别", "团队类型", "kind"),
    LEVEL: ("级别", "团队级别", "平台级别", "level"),
    HOST: ("依托单位", "所在单位", "host"),
    FOUNDED: ("认定日期", "成立日期", "认定时间", "成立时间", "founded"),
    ROLE: ("角色", "团队角色", "成员角色", "担任角色", "role"),
    JOINED: ("加入日期", "加入时间", "joined"),
}
_TARGETS = {word: target for target, words in HEADERS.items() for word in words}
LONGEST_NAME = 120
INCOMPLETE = "team_incomplete"


@dataclass(frozen=True, slots=True)
class Member:
    """A member as a row tells it. level, host: empty where nothing is said; founded, joined: None there."""

    team: str
    kind: str
    level: str
    host: str
    founded: date | None
    role: str
    joined: date | None


@dataclass(frozen=True)
class TeamWords:
    """What the cells of teams are read with. levels, roles: scales of the pack, None where it has none."""

    book: CollectiveBook
    levels: Scale | None
    roles: Scale | None
    organisations: Organisations
    as_of: date


def target_of(header: str) -> str:
    """The team field that a header names, empty where it names none."""
    return _TARGETS.get(plain_header(header), "")


def read_member(
    number: int, cells: Sequence[str], headers: Mapping[int, str], words: TeamWords
) -> Member | list[CellProblem]:
    """The member of a row, or every reason why it tells none. headers: column → header, of all columns."""
    row = _Row(
        number,
        cells,
        {target: index for index, word in headers.items() if (target := target_of(word))},
        headers,
    )
    team = row.needed(TEAM, Text("没有团队名称", "no team is named"))
    if len(team) > LONGEST_NAME:
        row.refuse(TEAM, Text("团队名称超过 120 字", "the name is longer than 120 characters"))
    kind = _kind(row, words.book)
    level = _level(row, LEVEL, words.levels, kind.levels if kind else ())
    role = _level(row, ROLE, words.roles, kind.roles if kind else (), needed=True)
    host = row.text(HOST)
    code = words.organisations.find(host) if host else ""
    if code is None:
        near = words.organisations.suggest(host)
        hint = Text(f"是否指“{near}”", f"perhaps “{near}” is meant") if near else None
        row.refuse(HOST, Text(f"单位“{host}”未登记", f"the unit “{host}” is not registered"), hint)
    founded, joined = _day(row, FOUNDED, words.as_of), _day(row, JOINED, words.as_of)
    if row.problems or kind is None:
        return row.problems
    return Member(team, kind.id, level, code or "", founded, role, joined)


@dataclass
class _Row:
    number: int
    cells: Sequence[str]
    columns: Mapping[str, int]
    headers: Mapping[int, str]

    def __post_init__(self) -> None:
        self.problems: list[CellProblem] = []

    def text(self, target: str) -> str:
        index = self.columns.get(target, -1)
        return self.cells[index].strip() if 0 <= index < len(self.cells) else ""

    def needed(self, target: str, message: Text) -> str:
        text = self.text(target)
        if not text:
            self.refuse(target, message)
        return text

    def refuse(self, target: str, message: Text, hint: Text | None = None) -> None:
        index = self.columns.get(target, -1)
        header = self.headers.get(index, HEADERS[target][0])
        self.problems.append(
            CellProblem(self.number, index, header, self.text(target), message, hint, reason=INCOMPLETE)
        )


def _kind(row: _Row, book: CollectiveBook) -> CollectiveKind | None:
    text = row.needed(KIND, Text("没有类别", "no kind is given"))
    if not text:
        return None
    plain = plain_organisation(text)
    for kind in book.kinds.values():
        if plain in {plain_organisation(word) for word in (kind.id, kind.title.zh, kind.title.en or "")}:
            return kind
    known = [kind.title for kind in book.kinds.values()]
    row.refuse(
        KIND,
        Text(f"没有类别“{text}”", f"there is no kind “{text}”"),
        Text("可写：" + "、".join(title.zh for title in known),
             "write one of: " + ", ".join(title.in_language("en") for title in known)),
    )  # fmt: skip
    return None


def _level(
    row: _Row, target: str, scale: Scale | None, allowed: Sequence[str], *, needed: bool = False
) -> str:
    text = row.needed(target, Text("没有角色", "no role is given")) if needed else row.text(target)
    level = scale.find(text) if scale and text else None
    if not text or not allowed or (level and level.code in allowed):
        return level.code if level else ""
    titles = [scale.levels[code].title for code in allowed if code in scale.levels] if scale else []
    row.refuse(
        target,
        Text(f"这个类别没有“{text}”", f"this kind has no “{text}”"),
        Text("可写：" + "、".join(title.zh for title in titles),
             "write one of: " + ", ".join(title.in_language("en") for title in titles)),
    )  # fmt: skip
    return ""


def _day(row: _Row, target: str, as_of: date) -> date | None:
    text = row.text(target)
    if not text:
        return None
    found = read_date(text, as_of)
    if found is None or found.precision is not Precision.DAY:
        hint = Text("日期写作 2020-07-01", "write the day as 2020-07-01")
        row.refuse(target, Text(f"“{text}”不是日期", f"“{text}” is no day"), hint)
        return None
    return found.day
