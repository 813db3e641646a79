"""No pattern of the product takes long, whatever text it is given (正则表达式的用时): each is run on texts made against it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest

import juxian

LENGTH, SECONDS = 2_000, 0.25
TIMES, MOST_TIMES, NOTICED = (
    4,
    8,
    0.001,
)  # four times the text: 4 is linear, 16 quadratic; what takes a millisecond is looked at
SKIPPED = ("migrations", "management")
ENDS = ("", "!")
SEEDS = (
    "a", "1", "x", "X", " ", "\t", "\n", "-", "_", ".", "·", ",", "，", "、", "。", "(", ")", "（", "）", "[", "{", "<", "\"", "'", "/",
    "\\", "=", "*", "?", "王", "年", "第", "〔", "一", "百", "万", "元", "号", "岁", "a1", "a ", "1 ", "1.", "1,", " ,", "a-", "a.", "王·",
    "2020年", "1-2-", "http://", "a@", "第一条", "1、", "《", "》", "aA1", "11年1月", "{a}", "E+", "尾号1", "%a0", "0086", "&#", "十",
)  # fmt: skip


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that a module keeps."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(juxian.__path__, "juxian."):
        if any(part in SKIPPED for part in module.name.split(".")):
            continue
        try:
            kept = vars(importlib.import_module(module.name))
        except ImportError:  # an optional library is not installed here
            continue
        for value in kept.values():
            for item in value if isinstance(value, (tuple, list)) else [value]:
                if isinstance(item, re.Pattern) and isinstance(item.pattern, str):
                    found[item.pattern] = item
    return found


PATTERNS = patterns()


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 80


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=range(len(PATTERNS)))
def test_a_pattern_is_quick_on_any_text(pattern: re.Pattern[str]) -> None:
    slow = []
    for seed in SEEDS:
        for end in ENDS:
            text = (seed * (LENGTH // len(seed) + 1))[:LENGTH] + end
            spent = cost(pattern, text)
            if spent > SECONDS:
                slow.append((seed, end, round(spent, 2)))

    assert slow == []


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=range(len(PATTERNS)))
def test_a_pattern_takes_time_in_proportion_to_the_text(pattern: re.Pattern[str]) -> None:
    """CPU of this process alone; a ratio counts when it stays after three tries of each."""
    quadratic = []
    for seed in SEEDS:
        for end in ENDS:
            short, long = (
                (seed * (length // len(seed) + 1))[:length] + end for length in (LENGTH, LENGTH * TIMES)
            )
            if cost(pattern, short) < NOTICED:
                continue
            times = min(cost(pattern, long) for _try in range(3)) / min(
                cost(pattern, short) for _try in range(3)
            )
            if times > MOST_TIMES:
                quadratic.append((seed, end, round(times, 1)))

    assert quadratic == []


def test_the_measure_tells_a_quadratic_pattern() -> None:
    text = "1" * LENGTH
    quadratic = re.compile(r"[0-9]+万")

    times = min(cost(quadratic, text * TIMES) for _try in range(3)) / min(
        cost(quadratic, text) for _try in range(3)
    )
    assert times > MOST_TIMES


def cost(pattern: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    pattern.search(text)
    pattern.fullmatch(text)
    return time.process_time() - begun
