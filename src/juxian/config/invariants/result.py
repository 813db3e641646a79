"""What a check is asked and what it answers (核查的范围与结果)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from juxian.core.text import Text

T = TypeVar("T")
SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Scope:
    """every: costly checks look at everything, not at a sample. with_key: the key of sealed values is at hand."""

    every: bool = False
    with_key: bool = True

    def chosen(self, rows: Sequence[T]) -> Sequence[T]:
        """All of them, or a random sample in their order."""
        if self.every or len(rows) <= SAMPLE:
            return rows
        return [rows[index] for index in sorted(random.sample(range(len(rows)), SAMPLE))]


@dataclass(frozen=True, slots=True)
class Result:
    """checked: how many things were looked at."""

    checked: int
    violations: list[Text]
