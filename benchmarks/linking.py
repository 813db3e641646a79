"""Linking: quality on generated rosters with known truth, time and memory at size.

    .venv/bin/python benchmarks/linking.py [--persons 100000] [--seeds 101 102 103] [--errors 20]

Every set is made anew from its seed; rules and weights were developed on seeds below 100 alone. Dirt and traps (twins,
one telephone in a family, homonyms of one birthday in one unit, numbers copied down) stand far above nature.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random

from juxian.core.identity.linking.clusters import Join, cluster
from juxian.core.identity.linking.engine import Linkage, Linking, Pair, join_of
from juxian.core.identity.linking.judging import Zone
from juxian.core.identity.linking.signs import HARD, names_in
from juxian.core.identity.linking.stores import DuckStore, Limits
from juxian.core.identity.linking.traces import Known, Tracer
from juxian.core.identity.names import name_key
from juxian.core.identity.resident_id import check_digit
from juxian.core.population.names import dotted_name, han_name, western_name

REGIONS = [
    f"{place}{number:02d}"
    for place in ("4301", "4205", "6202", "3209", "4107", "5301")
    for number in range(1, 12)
]
SCHOOLS = [
    f"{place}{kind}大学"
    for place in "京沪湘鄂甘苏豫云川陕粤浙"
    for kind in ("", "师范", "医科", "理工", "农业")
]
SAME_SOUND = {
    "伟": "玮",
    "欣": "鑫",
    "静": "婧",
    "杰": "洁",
    "浩": "皓",
    "敏": "闵",
    "明": "铭",
    "军": "君",
    "丽": "莉",
    "芳": "方",
}
TRADITIONAL = {
    "张": "張",
    "刘": "劉",
    "陈": "陳",
    "杨": "楊",
    "黄": "黃",
    "赵": "趙",
    "吴": "吳",
    "孙": "孫",
    "马": "馬",
    "华": "華",
}
REVIEWER_ERRS, QUESTIONS_PER_PERSON = 0.02, 0.03
SAMPLE, SAMPLE_AGREES = 60, 0.92  # a reviewer who errs makes a few of a clean sample disagree


@dataclass(frozen=True)
class Human:
    """One person of the truth."""

    name: str
    gender: str
    birth: date
    number: str
    phone: str
    email: str
    employer: str
    school: str


def people(rng: Random, size: int, employers: int = 0) -> list[Human]:
    """Persons with families, twins and homonyms among them. employers: persons that share the employers, when more."""
    made: list[Human] = []
    while len(made) < size:
        person = _person(rng, max(size, employers))
        made.append(person)
        chance = rng.random()
        if chance < 0.006:
            made.append(_twin(rng, person))
        elif chance < 0.012:
            made.append(_child(rng, person))
        elif chance < 0.014:
            made.append(_homonym(rng, person, same_day=chance < 0.0125))
    return made[:size]


def _person(rng: Random, size: int) -> Human:
    gender = rng.choice(("male", "female"))
    make = rng.random()
    name = (
        han_name(rng, gender)
        if make > 0.03
        else dotted_name(rng, gender)
        if make > 0.01
        else western_name(rng, gender)
    )
    birth = date(1960, 1, 1) + timedelta(days=rng.randrange(15_000))
    number = _number(rng, birth, gender)
    phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
    return Human(
        name,
        gender,
        birth,
        number,
        phone,
        f"u{rng.randrange(10**9)}@example.org",
        f"单位{rng.randrange(max(2, size // 150))}",
        rng.choice(SCHOOLS),
    )


def _number(rng: Random, birth: date, gender: str) -> str:
    sequence = rng.randrange(1, 500) * 2 - (gender == "male")
    first = f"{rng.choice(REGIONS)}{birth:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def _twin(rng: Random, person: Human) -> Human:
    """One day, one region, often one telephone and names of one sound."""
    alike = "".join(SAME_SOUND.get(char, char) for char in person.name)
    name = (
        alike if alike != person.name and rng.random() < 0.5 else person.name[:-1] + rng.choice("磊婷博宇晨")
    )
    number = _number(rng, person.birth, person.gender)
    own = replace(person, name=name, number=number, email=f"t{rng.randrange(10**9)}@example.org")
    return (
        own
        if rng.random() < 0.5
        else replace(own, phone=f"139{rng.randrange(10**8):08d}", employer=f"单位{rng.randrange(300)}")
    )


def _child(rng: Random, person: Human) -> Human:
    birth = date(1985, 1, 1) + timedelta(days=rng.randrange(6_000))
    name = person.name[:1] + han_name(rng, person.gender)[1:]
    return replace(
        person,
        name=name,
        birth=birth,
        number=_number(rng, birth, person.gender),
        email="",
        school=rng.choice(SCHOOLS),
    )


def _homonym(rng: Random, person: Human, *, same_day: bool) -> Human:
    birth = person.birth if same_day else person.birth.replace(day=rng.randrange(1, 28))
    return replace(
        person,
        birth=birth,
        number=_number(rng, birth, person.gender),
        phone=f"137{rng.randrange(10**8):08d}",
        email=f"h{rng.randrange(10**9)}@example.org",
        school=rng.choice(SCHOOLS),
    )


def rosters(rng: Random, humans: Sequence[Human]) -> Iterator[tuple[int, Known]]:
    """(truth, row): each person in one to four rosters of different senders, each row with its own dirt."""
    for sheet in range(1, 5):
        share = (1.0, 0.55, 0.25, 0.1)[sheet - 1]
        above = ""
        order = [truth for truth in range(len(humans)) if rng.random() < share]
        rng.shuffle(order)
        for truth in order:
            row = _row(rng, humans[truth], sheet, above)
            above = humans[truth].number
            yield truth, row


def _row(rng: Random, human: Human, sheet: int, above: str) -> Known:
    numbers, damaged = _written_number(rng, human.number, above)
    known_birth = rng.random()
    phones = _phones(rng, human)
    return Known(
        _written_name(rng, human.name),
        numbers,
        damaged,
        human.birth if known_birth < 0.9 else None,
        "day" if known_birth < 0.72 else "month",
        human.gender if rng.random() < 0.9 else "",
        phones,
        (human.email,) if human.email and rng.random() < 0.35 else (),
        human.employer if rng.random() < 0.85 else f"单位{rng.randrange(300)}" if rng.random() < 0.6 else "",
        human.school if rng.random() < 0.6 else "",
        sheet=sheet,
    )


def _written_number(rng: Random, number: str, above: str) -> tuple[tuple[tuple[str, str], ...], str]:
    chance = rng.random()
    if chance < 0.70:
        return (("resident_id", number),), ""
    if chance < 0.7015 and above:
        return (("resident_id", above),), ""
    if chance < 0.77:
        return (), number[:15] + "000"
    if chance < 0.82:
        return (), number[:4] + "*" * 10 + number[14:]
    if chance < 0.85:
        return (), f"{number[0]}.{number[1:6]}E+17"
    return (), ""


def _written_name(rng: Random, name: str) -> str:
    chance = rng.random()
    if chance < 0.03:
        return "".join(TRADITIONAL.get(char, char) for char in name)
    if chance < 0.05 and len(name) == 2:
        return f"{name[0]}　{name[1]}"
    if chance < 0.06 and "·" not in name:
        return f"{name_key(name[1:]).title()} {name_key(name[:1]).upper()}"
    if chance < 0.07:
        return "".join(SAME_SOUND.get(char, char) for char in name)
    if chance < 0.073:
        return name[:1] + rng.choice("子梓诗雨") + name[-1:]
    return name


def _phones(rng: Random, human: Human) -> tuple[str, ...]:
    chance = rng.random()
    if chance < 0.72:
        return (human.phone,)
    if chance < 0.80:
        return (f"135{rng.randrange(10**8):08d}",)
    return (f"0937621{human.employer[2:]:0>4}",) if chance < 0.83 else ()


@dataclass
class Quality:
    """Pairs of rows: found and true. mixed: clusters that hold two persons or more."""

    true: int
    found: int
    right: int
    mixed: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def quality(groups: Sequence[Sequence[int]], truth: Sequence[int]) -> Quality:
    sizes = Counter(truth)
    true = sum(size * (size - 1) // 2 for size in sizes.values())
    found = right = mixed = 0
    for group in groups:
        found += len(group) * (len(group) - 1) // 2
        inside = Counter(truth[member] for member in group)
        right += sum(size * (size - 1) // 2 for size in inside.values())
        mixed += len(inside) > 1
    return Quality(true, found, right, mixed)


def review(
    linkage: Linkage, linking: Linking, truth: Sequence[int], persons: int, rng: Random
) -> tuple[list[list[int]], int, Counter[str]]:
    """The queue: one question joins two clusters; classes whose sample is clean follow; the rest by weight, in budget.

    What a veto took out of the automatic zone waits there as well. A class that a person let follow is no longer vetoed by another
    telephone: whoever looked at the sample saw it.
    """
    root = linkage.clusters.root_of
    refused = {(join.left, join.right) for join in linkage.clusters.refused}
    by_class: dict[str, dict[tuple[int, int], Pair]] = defaultdict(dict)
    for pair in sorted(linkage.pairs, key=lambda item: -item.weight):
        ends = tuple(sorted((root.get(pair.left, pair.left), root.get(pair.right, pair.right))))
        waits = pair.zone is Zone.ASKED or (pair.left, pair.right) in refused
        if waits and ends[0] != ends[1]:
            by_class[f"{pair.evidence}{'!' if HARD & names_in(pair.signs) else ''}"].setdefault(ends, pair)  # type: ignore[arg-type]
    must, cannot, bulk, asked, by_kind = [], [], [], 0, Counter[str]()
    rest: list[Pair] = []

    def ask(pair: Pair) -> bool:
        nonlocal asked
        asked += 1
        answer = (truth[pair.left] == truth[pair.right]) != (rng.random() < REVIEWER_ERRS)
        (must if answer else cannot).append((pair.left, pair.right))
        return answer

    for name, pairs in by_class.items():
        waiting = list(pairs.values())
        rng.shuffle(waiting)
        by_kind[name] = len(waiting)
        answers = [ask(pair) for pair in waiting[:SAMPLE]]
        if sum(answers) >= SAMPLE_AGREES * len(answers) and not name.endswith("!"):
            bulk += waiting[SAMPLE:]
        else:
            rest += waiting[SAMPLE:]
    budget = int(persons * QUESTIONS_PER_PERSON) - asked
    for pair in sorted(rest, key=lambda item: -item.weight)[: max(0, budget)]:
        ask(pair)
    joins = [join_of(item) for item in linkage.pairs if item.zone is Zone.AUTOMATIC]
    joins += [Join(item.left, item.right, item.weight, moved=True) for item in bulk]
    wanted = {member for join in joins for member in (join.left, join.right)} | {
        member for pair in must for member in pair
    }
    return cluster(linking.sides(wanted), joins, must, cannot).groups(), asked, by_kind


def measure(seed: int, persons: int, shown: int) -> None:
    rng, began = Random(seed), time.process_time()
    humans = people(rng, persons)
    truth: list[int] = []
    linking, tracer = Linking(DuckStore(Limits(memory="5GB"))), Tracer(b"benchmark".ljust(32))

    def traced() -> Iterator[tuple[int, object]]:
        for key, (human, row) in enumerate(rosters(rng, humans)):
            truth.append(human)
            yield key, tracer.trace(row)

    linking.add(traced())  # type: ignore[arg-type]
    made, wall = time.process_time(), time.time()
    linkage = linking.link()
    linked, wall = time.process_time() - made, time.time() - wall
    alone = quality(linkage.clusters.groups(), truth)
    reviewed, asked, kinds = review(linkage, linking, truth, persons, rng)
    after = quality(reviewed, truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nseed {seed}: {persons:,} persons, {len(truth):,} rows, {linkage.compared:,} pairs compared; "
        f"rows made and traced {made - began:.0f} s CPU; linked {linked:.1f} s CPU, {wall:.1f} s wall; {peak:,.0f} MB"
    )
    print(
        f"| automatic zone | falsely merged {alone.mixed} | recall {alone.recall:.4f} | precision {alone.precision:.6f} | F1 {alone.f1:.4f} |"
    )
    print(
        f"| after the queue | falsely merged {after.mixed} | recall {after.recall:.4f} | precision {after.precision:.6f} | F1 {after.f1:.5f} | questions per 100 persons {100 * asked / persons:.2f} |"
    )
    _tell_failures(linkage, truth, kinds, reviewed, shown)


def _tell_failures(
    linkage: Linkage, truth: Sequence[int], kinds: Counter[str], reviewed: Sequence[Sequence[int]], shown: int
) -> None:
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for pair in linkage.pairs:
        name = f"{pair.zone.value} {pair.evidence}"
        every[name] += 1
        right[name] += truth[pair.left] == truth[pair.right]
    print("| zone and class | pairs | of one person | questions open |")
    for name, number in every.most_common():
        print(
            f"| {name} | {number:,} | {right[name]:,} | {kinds[name.split()[1]] + kinds[name.split()[1] + '!'] if name.startswith('asked') else 0:,} |"
        )
    known = {(pair.left, pair.right): pair for pair in linkage.pairs}
    joined = {member: number for number, group in enumerate(reviewed) for member in group}
    for group in [group for group in linkage.clusters.groups() if len({truth[item] for item in group}) > 1][
        :shown
    ]:
        for left, right_ in combinations(group, 2):
            pair = known.get((left, right_))
            if pair and truth[left] != truth[right_]:
                print(
                    "  merged wrongly:",
                    pair.zone.value,
                    pair.evidence,
                    round(pair.weight, 1),
                    sorted(names_in(pair.signs)),
                )
    missed: Counter[str] = Counter()
    rows: dict[int, list[int]] = defaultdict(list)
    for key, human in enumerate(truth):
        rows[human].append(key)
    for group_ in rows.values():
        for left, right_ in combinations(group_, 2):
            if joined.get(left, -left) != joined.get(right_, -right_):
                pair = known.get((left, right_))
                missed[f"{pair.zone.value} {pair.evidence}" if pair else "apart"] += 1
    print("  missed after the queue:", dict(missed.most_common(8)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--errors", type=int, default=10, help="wrong merges shown")
    args = parser.parse_args()
    for seed in args.seeds:
        measure(seed, args.persons, args.errors)


if __name__ == "__main__":
    main()
