"""The plan of a draw and its freeze (冻结): checked whole, then fixed by one hash.

After the freeze nothing may change: contributors commit to the hash, so that a late edit shows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from juxian.core.allocation.canonical import Spelled, canonical_sha256, canonical_text, is_plain_text
from juxian.core.allocation.pool import Pool, first_difference, is_code, out_of_order, wrong_id
from juxian.core.allocation.quotas import ATTRIBUTES_LIMIT, Cell, Quota, Quotas
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

PROTOCOL = "JX-DRAW-1"
TEXT_LENGTH = 200
Role = Literal["organiser", "witness", "public"]


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who adds chance (随机数提供人). ``public``: a value named now and published later by a third party, not committed."""

    name: str
    role: Role


@dataclass(frozen=True)
class Rule:
    """How many are drawn, and under which quotas.

    size 0: only the order matters (a queue). odd: the size must be odd (a panel that votes). version: of the published rule.
    """

    version: str
    size: int
    odd: bool = False
    quotas: tuple[Quota, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "size": self.size,
            "odd": self.odd,
            "quotas": [
                {
                    "attribute": quota.attribute,
                    "value": quota.value,
                    "least": quota.least,
                    "most": self.size if quota.most is None else quota.most,
                }
                for quota in self.quotas
            ],
        }


@dataclass(frozen=True)
class Plan:
    """All that is frozen. attempt: from 1; previous: the hash of the void transcript before it (empty for the first)."""

    draw: str
    rule: Rule
    pool: Pool
    contributors: tuple[Contributor, ...]
    attempt: int = 1
    previous: str = ""

    @cached_property
    def quotas(self) -> Quotas:
        return Quotas(self.rule.size, self.rule.quotas)

    @cached_property
    def cells(self) -> Sequence[Cell]:
        """The cell of each entry, by position; one shared cell where no quota tells them apart."""
        columns = [self.pool.groups[name] for name in self.quotas.attributes]
        if not columns:
            return [("", "")] * len(self.pool.entries)
        if len(columns) > 1:
            return list(zip(columns[0], columns[1], strict=True))
        shared = {value: (value, "") for value in set(columns[0])}
        return list(map(shared.__getitem__, columns[0]))

    @cached_property
    def spelled(self) -> Spelled:
        """The canonical text, written once: it is hashed at the freeze and stands in the transcript."""
        return Spelled(canonical_text(self.as_dict()))

    def as_dict(self) -> dict[str, Any]:
        return {
            "draw": self.draw,
            "attempt": self.attempt,
            "previous": self.previous,
            "rule": self.rule.as_dict(),
            "contributors": [{"name": one.name, "role": one.role} for one in self.contributors],
            "pool": self.pool.as_dict(),
        }


def plan_from(data: Mapping[str, Any]) -> Plan:
    """The plan that ``Plan.as_dict`` wrote; raises KeyError or TypeError on another form."""
    rule, pool = data["rule"], data["pool"]
    return Plan(
        data["draw"],
        Rule(rule["version"], rule["size"], rule["odd"], tuple(Quota(**quota) for quota in rule["quotas"])),
        Pool(
            tuple(pool["entries"]),
            tuple(pool["points"]),
            {name: tuple(column) for name, column in pool["groups"].items()},
            dict(pool["barred"]),
        ),
        tuple(Contributor(**one) for one in data["contributors"]),
        data["attempt"],
        data["previous"],
    )


@dataclass(frozen=True)
class Frozen:
    """A plan that was checked, with its hash ``sha256`` (64 hexadecimal digits), which is published at once."""

    plan: Plan
    sha256: str

    @property
    def committing(self) -> tuple[Contributor, ...]:
        """Contributors who commit before anything is revealed."""
        return tuple(one for one in self.plan.contributors if one.role != "public")


@dataclass
class PoolEdited(Exception):
    """The pool is no longer the one that was frozen (冻结后名单被改动); ``entry``: the first id that differs."""

    entry: str

    def __str__(self) -> str:
        return str(self.message)

    @property
    def message(self) -> Text:
        return Text(
            f"冻结之后 {self.entry} 被改动；按冻结时的名单抽取，或作废本次重新立项",
            f"{self.entry} was changed after the freeze; draw from the frozen pool, or void this draw and plan another",
        )


def freeze(plan: Plan) -> Frozen:
    """Check and fix a plan; raises ``Rejected`` with every problem (D1xx), nothing is frozen then."""
    problems = list(problems_of(plan))
    if problems:
        raise Rejected(problems)
    return Frozen(plan, frozen_sha256(plan))


def frozen_sha256(plan: Plan) -> str:
    """The hash of protocol and plan."""
    return canonical_sha256({"protocol": PROTOCOL, "frozen": plan.spelled})


def require_unchanged(frozen: Frozen, pool: Pool) -> None:
    """The pool as it stands now is the frozen one; raises ``PoolEdited``."""
    changed = first_difference(frozen.plan.pool, pool)
    if changed is not None:
        raise PoolEdited(changed)


def problems_of(plan: Plan) -> Iterator[Problem]:
    """Why a plan cannot be frozen.

    D101 text · D102 contributors · D103 attempt · D110 ids · D111 columns · D112 barred · D120 size · D121 quota ·
    D122 a group is not known · D130 too few · D131 quotas that cannot be met together.
    """
    shape = [
        *_wrong_texts(plan),
        *_wrong_contributors(plan.contributors),
        *_wrong_pool(plan.pool),
        *_wrong_rule(plan),
    ]
    yield from shape
    if not shape:
        yield from _infeasible(plan)


def _wrong_texts(plan: Plan) -> Iterator[Problem]:
    words = {"draw": plan.draw, "rule.version": plan.rule.version}
    for path, word in words.items():
        if not word or len(word) > TEXT_LENGTH or not is_plain_text(word):
            yield _problem(
                "D101", path, f"{path} 须为 1 至 {TEXT_LENGTH} 个规范字符", f"{path} must be 1 to {TEXT_LENGTH} plain characters"
            )  # fmt: skip
    if plan.attempt < 1 or (plan.attempt > 1) != bool(plan.previous):
        yield _problem(
            "D103", "attempt", "重新抽取须写明上一次作废记录的哈希", "a later attempt names the hash of the void one before it"
        )  # fmt: skip


def _wrong_contributors(contributors: Sequence[Contributor]) -> Iterator[Problem]:
    roles = Counter(one.role for one in contributors)
    names = Counter(one.name for one in contributors)
    if not roles["organiser"] or not roles["witness"]:
        yield _problem(
            "D102", "contributors", "至少要有一名组织方和一名独立见证人", "an organiser and an independent witness are needed"
        )  # fmt: skip
    for name, times in names.items():
        if times > 1 or not name or len(name) > TEXT_LENGTH or not is_plain_text(name):
            yield _problem(
                "D102", "contributors", f"提供人“{name}”重复或无效", f"“{name}” stands twice or is no name"
            )


def _wrong_pool(pool: Pool) -> Iterator[Problem]:
    wrong, misplaced = wrong_id(pool.entries), out_of_order(pool.entries)
    if wrong is not None:
        yield _problem("D110", "pool.entries", f"编号“{wrong}”无效", f"“{wrong}” is not an id")
    if misplaced is not None:
        yield _problem(
            "D110",
            "pool.entries",
            f"编号“{misplaced}”重复或未排序",
            f"“{misplaced}” stands twice or unsorted",
        )
    columns = {"points": pool.points or pool.entries} | {
        f"groups.{name}": row for name, row in pool.groups.items()
    }
    for name, column in columns.items():
        if len(column) != len(pool.entries):
            yield _problem(
                "D111", f"pool.{name}", f"{name} 与编号数目不符", f"{name} has not one value for each id"
            )
    for name in pool.groups:
        if not is_code(name):
            yield _problem(
                "D111", "pool.groups", f"“{name}”不是属性名", f"“{name}” is not the name of an attribute"
            )
    known = set(pool.entries) if pool.barred else set[str]()
    for entry, code in pool.barred.items():
        if entry not in known or not is_code(code):
            yield _problem(
                "D112",
                "pool.barred",
                f"{entry} 不在名单中或缺少理由",
                f"{entry} is not in the pool or has no reason",
            )


def _wrong_rule(plan: Plan) -> Iterator[Problem]:
    rule = plan.rule
    if rule.size < 0 or (rule.odd and rule.size % 2 == 0):
        yield _problem(
            "D120", "rule.size", f"人数 {rule.size} 应为奇数", f"the size must be odd, not {rule.size}"
        )
    if len(plan.quotas.attributes) > ATTRIBUTES_LIMIT:
        yield _problem(
            "D121", "rule.quotas", f"名额约束最多涉及 {ATTRIBUTES_LIMIT} 个属性", f"quotas may speak of {ATTRIBUTES_LIMIT} attributes"
        )  # fmt: skip
    for quota in rule.quotas:
        most = rule.size if quota.most is None else quota.most
        if (
            quota.attribute not in plan.pool.groups
            or not 0 <= quota.least <= most
            or not is_plain_text(quota.value)
        ):
            yield _problem(
                "D121", "rule.quotas", f"{_zh(quota)}无效", f"{_en(quota)} is not a quota of this pool"
            )


def _infeasible(plan: Plan) -> Iterator[Problem]:
    pool, size = plan.pool, plan.rule.size
    for name in plan.quotas.attributes:
        if "" not in pool.groups[name]:
            continue
        for entry, value in zip(pool.entries, pool.groups[name], strict=True):
            if not value and entry not in pool.barred:
                yield _problem(
                    "D122", f"pool.groups.{name}", f"{entry} 的 {name} 未填；先补充，或标明回避",
                    f"{name} of {entry} is not known; record it, or bar the entry",
                )  # fmt: skip
                return
    able = able_cells(plan)
    if sum(able.values()) < size:
        yield _problem(
            "D130", "rule.size", f"可抽 {sum(able.values())} 人，不足 {size} 人", f"{sum(able.values())} may be drawn, {size} are needed"
        )  # fmt: skip
    elif plan.quotas.completion({}, able) is None:
        yield _unreachable(plan, able)


def _unreachable(plan: Plan, able: Counter[Cell]) -> Problem:
    """Name the quotas each of which alone stands in the way; all of them when no single one does."""
    short = [
        quota for quota in plan.rule.quotas if plan.quotas.without(quota).completion({}, able) is not None
    ]
    named = short or list(plan.rule.quotas)
    hint = Text(
        "放宽其中任何一项即可" if short else "须同时放宽几项，或补充名单",
        "letting any one of them go is enough" if short else "several must be let go, or the pool widened",
    )
    return Problem(
        "D131",
        Text(
            "名额约束无法同时满足：" + "、".join(map(_zh, named)),
            "the quotas cannot be met together: " + ", ".join(map(_en, named)),
        ),
        "rule.quotas",
        hint=hint,
    )


def able_cells(plan: Plan) -> Counter[Cell]:
    """How many of each cell may be drawn; a cell whose entries are all barred counts 0."""
    cells, entries, barred = plan.cells, plan.pool.entries, plan.pool.barred
    able = Counter(cells)
    able.subtract(cells[bisect_left(entries, entry)] for entry in barred)
    return able


def _problem(code: str, path: str, zh: str, en: str) -> Problem:
    return Problem(code, Text(zh, en), path)


def _zh(quota: Quota) -> str:
    most = "" if quota.most is None else f"至多 {quota.most}"
    least = f"至少 {quota.least}" if quota.least else ""
    return f"{quota.attribute}（{quota.value or '每一项'}）{least}{most}"


def _en(quota: Quota) -> str:
    most = "" if quota.most is None else f" at most {quota.most}"
    least = f" at least {quota.least}" if quota.least else ""
    return f"{quota.attribute} ({quota.value or 'each'}){least}{most}"
