"""How a refusal of backup and restore is told (备份与恢复的拒绝)."""

from __future__ import annotations

from juxian.core.source import Problem, Rejected
from juxian.core.text import Text


def refusal(code: str, zh: str, en: str, hint: Text | None = None) -> Rejected:
    """One reason why a backup is not made, or an archive not accepted."""
    return Rejected([Problem(code, Text(zh, en), hint=hint)])
