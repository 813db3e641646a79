"""Figures that may be published (对外公开): small groups are hidden, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 5  # persons: smaller groups are not published


def hide_small(rows: Sequence[Sequence[int]], least: int = LEAST) -> list[list[int | None]]:
    """The table with None where a figure is hidden; rows of one length, totals of rows and columns may stand beside it.

    A figure from 1 to ``least`` - 1 is hidden. Where a row or a column, of two cells and more, would tell it as the
    difference to its total, further cells of that line are hidden, the smallest first, until two and at least
    ``least`` persons are. 0 is hidden only where nothing else is left. Hiding is not undone, so it ends.
    """
    shown: list[list[int | None]] = [
        [None if 0 < number < least else number for number in row] for row in rows
    ]
    lines = [[(line, place) for place in range(len(row))] for line, row in enumerate(rows)]
    lines += [[(line, place) for line in range(len(rows))] for place in range(len(rows[0]) if rows else 0)]
    changed = True
    while changed:
        changed = False
        for cells in lines:
            changed |= _protect(cells, rows, shown, least)
    return shown


def _protect(
    cells: Sequence[tuple[int, int]], rows: Sequence[Sequence[int]], shown: list[list[int | None]], least: int
) -> bool:
    """Hide one further cell of a line that needs it; says whether it did."""
    hidden = [cell for cell in cells if shown[cell[0]][cell[1]] is None]
    persons = sum(rows[line][place] for line, place in hidden)
    if not hidden or (len(hidden) >= 2 and persons >= least):
        return False
    open_ = [cell for cell in cells if shown[cell[0]][cell[1]] is not None]
    wanted = [cell for cell in open_ if rows[cell[0]][cell[1]]] or ([] if len(hidden) >= 2 else open_)
    if not wanted:
        return False
    line, place = min(wanted, key=lambda cell: (rows[cell[0]][cell[1]], cell))
    shown[line][place] = None
    return True
