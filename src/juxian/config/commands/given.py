"""What several commands are given: a day, a file that may not be readable (命令的参数)."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from juxian.core.source import Problem
from juxian.core.text import Text


def day(text: str) -> date:
    """A day as ``argparse`` reads it, such as 2022-12-15."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2022-12-15") from error


def unreadable(path: Path, error: Exception) -> Problem:
    """A file that the system or its format refuses (P501)."""
    words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return Problem("P501", Text(f"无法读取：{words}", f"cannot be read: {words}"), str(path))
