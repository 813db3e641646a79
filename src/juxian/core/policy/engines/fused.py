"""Everybody at once by a compiled kernel (融合内核): columns of narrow numbers in, columns or sums out, on every processor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from juxian.core.policy.circuit.gates import Gate, Op
from juxian.core.policy.circuit.leaves import TRUTH_LEAVES, Board, Leaf
from juxian.core.policy.engines.asked import gates_of, lines_of, sums_of
from juxian.core.policy.engines.building import Kernel, kernel_of
from juxian.core.policy.engines.columns import decided
from juxian.core.policy.engines.inputs import Inputs
from juxian.core.policy.engines.kernel import (
    BLOCK,
    UNKNOWN_TRUTH,
    Inlet,
    columns_source,
    result_bits,
    sentinel,
    totals_source,
)
from juxian.core.policy.rulebook import Rulebook

Column = npt.NDArray[Any]
SMALLEST_SHARE = 50_000  # rows worth a thread of their own
_HALF = 32


class Prepared:
    """The columns that the leaves of a board read, as the kernel wants them."""

    def __init__(self, board: Board, inputs: Inputs) -> None:
        self.inlet = Inlet(tuple(board.leaves), inputs.limits, board.as_of)
        self.columns = [self._column(inputs, leaf) for leaf in self.inlet.leaves]
        self.height = inputs.people.frame.height

    def kernel(self, source: str) -> Kernel:
        """Optimised where there are rows enough to pay for it. Raises ``NoKernel``."""
        return kernel_of(source, optimised=self.height >= SMALLEST_SHARE)

    def run(self, kernel: Kernel, outlets: Callable[[], list[Column]]) -> list[list[Column]]:
        """The kernel over all rows in as many shares as there are processors; ``outlets`` makes those of one share."""
        inlets = [column.ctypes.data for column in self.columns]
        shares = self._shares()
        made = [outlets() for _ in shares]

        def work(share: tuple[int, int], out: list[Column]) -> None:
            kernel(*share, inlets, [column.ctypes.data for column in out])

        if len(shares) == 1:
            work(shares[0], made[0])
        else:
            with ThreadPoolExecutor(len(shares)) as pool:
                list(pool.map(work, shares, made))
        return made

    def _shares(self) -> list[tuple[int, int]]:
        count = max(1, min(_processors(), self.height // SMALLEST_SHARE))
        step = -(-self.height // count // BLOCK) * BLOCK
        return [(start, min(start + step, self.height)) for start in range(0, self.height, step)] or [(0, 0)]

    @staticmethod
    def _column(inputs: Inputs, leaf: Leaf) -> Column:
        series = inputs.columns[leaf]
        if leaf.kind in TRUTH_LEAVES:
            series = series.cast(pl.Int8).fill_null(UNKNOWN_TRUTH)
        elif series.null_count():
            series = series.fill_null(sentinel(inputs.limits[leaf]))
        return np.ascontiguousarray(series.rechunk().to_numpy())


def rows(book: Rulebook, inputs: Inputs) -> pl.DataFrame:
    """``v{k}`` verdict, ``a{k}`` amount (null while undecided), ``f{k}`` failed clauses of the k-th line. Raises ``NoKernel``."""
    board = inputs.board(book)
    lines = lines_of(book, board)
    roots = _worked_out(gates_of(lines))
    found: dict[int, Column] = {}
    prepared = Prepared(board, inputs)
    if roots and prepared.height:
        kernel = prepared.kernel(columns_source(roots, prepared.inlet))
        columns = [np.empty(prepared.height, np.dtype(f"i{result_bits(gate) // 8}")) for gate in roots]
        prepared.run(kernel, lambda: columns)
        found = {gate.place: column for gate, column in zip(roots, columns, strict=True)}

    def column(gate: Gate, name: str) -> pl.Series:
        values = found.get(gate.place)
        return pl.Series(name, np.full(prepared.height, gate.value) if values is None else values)

    wide = pl.DataFrame(
        [
            column(gate, f"{letter}{k}")
            for k, line in enumerate(lines)
            for letter, gate in zip("vaf", line.gates, strict=True)
        ]
    )
    return wide.with_columns(
        pl.col("^v.*$").cast(pl.Int8), decided(pl.col("^a.*$").cast(pl.Int64)), pl.col("^f.*$").cast(pl.Int64)
    )


class FusedTotals:
    """Sums over all persons, with kernel and columns made ready, to be asked more than once. Raises ``NoKernel``."""

    def __init__(self, book: Rulebook, inputs: Inputs) -> None:
        board = inputs.board(book)
        self._gates = gates_of(sums_of(book, board))
        self._roots = _worked_out(self._gates)
        self._prepared = Prepared(board, inputs)
        self._kernel = self._prepared.kernel(totals_source(self._roots, self._prepared.inlet))

    def __call__(self) -> list[tuple[int, ...]]:
        """(yes, unknown, offered, amount) of every line."""
        shares = self._prepared.run(self._kernel, lambda: [np.zeros(2, np.int64) for _ in self._roots])
        found = {
            gate.place: sum(int(share[k][0]) + (int(share[k][1]) << _HALF) for share in shares)
            for k, gate in enumerate(self._roots)
        }
        height = self._prepared.height
        whole = [gate.value * height if gate.op is Op.NUMBER else found[gate.place] for gate in self._gates]
        return [tuple(whole[at : at + 4]) for at in range(0, len(whole), 4)]


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _worked_out(gates: Sequence[Gate]) -> list[Gate]:
    """Each gate once; numbers need no kernel."""
    return [gate for gate in dict.fromkeys(gates) if gate.op is not Op.NUMBER]
