"""Golden files: a source, then what it gives; blocks part at lines of ``===``, source and result at ``---``.

Set JUXIAN_GOLDEN=write to write the results anew, and read the difference before it is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, result_of: Callable[[str], str]) -> None:
    """Compare every block of a file with what ``result_of`` gives for its source."""
    path = FOLDER / name
    blocks = [
        block.partition("\n---\n") for block in path.read_text(encoding="utf-8").rstrip("\n").split("\n===\n")
    ]
    found = [(source, result_of(source)) for source, _, _ in blocks]
    if os.environ.get("JUXIAN_GOLDEN") == "write":
        path.write_text(
            "\n===\n".join(f"{source}\n---\n{result}" for source, result in found) + "\n", encoding="utf-8"
        )
        return
    assert found == [(source, result) for source, _, result in blocks]
