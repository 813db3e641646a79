"""No pattern of the product takes long, whatever text it is given (正则表达式的用时): each is run on texts made against it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest

import juxian

LENGTH, SECONDS = 2_000, 0.25
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
            begun = time.process_time()
            pattern.search(text)
            pattern.fullmatch(text)
            spent = time.process_time() - begun
            if spent > SECONDS:
                slow.append((seed, end, round(spent, 2)))

    assert slow == []
