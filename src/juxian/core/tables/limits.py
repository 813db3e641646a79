"""How much of a file is read, and how a file is refused (读取上限与拒收)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Checked before anything is parsed; each refusal names the limit that was met.

    cells: of the smallest rectangle around a sheet's values, since readers keep it whole.
    seconds and memory_bytes: of the process that reads (``confined``).
    """

    file_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 400 * MEGABYTE
    part_bytes: int = 400 * MEGABYTE
    parts: int = 2_000
    ratio: int = 250  # unpacked to packed, of the whole file
    sheets: int = 100
    rows: int = 200_000
    columns: int = 300
    cells: int = 6_000_000
    cell_characters: int = 32_767
    seconds: float = 60
    memory_bytes: int = 1_500 * MEGABYTE


def refusal(code: str, name: str, message: Text, hint: Text | None = None) -> Rejected:
    """A whole file is refused: T1xx."""
    return Rejected([Problem(code, message, path=name, hint=hint)])


SAVE_AS_XLSX = Text(
    "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传", "open it in WPS or Excel and save it as .xlsx"
)
