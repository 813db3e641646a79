"""Whole fen (分): wording, rounding and splitting; never a float."""

from __future__ import annotations

from collections.abc import Sequence

FEN_PER_YUAN = 100
CEILING_FEN = 10**15  # 10 trillion yuan; past this a typed amount is a mistake


def split_by_share(total_fen: int, shares: Sequence[int]) -> list[int]:
    """Split one payment between its payers (按比例分担).

    total_fen: whole fen; negative for a reversal (红字冲销).
    shares: k positive whole numbers, e.g. [5, 3, 2] for 市, 区, 单位.
    Returns k whole fen that add up to total_fen; fen left over by rounding go one each to the largest
    remainders, earlier shares first. Raises ValueError on a share below 1 or an empty list.
    Source: largest-remainder method; worked example in tests/core/test_money.py.
    """
    if not shares or min(shares) < 1:
        raise ValueError(f"shares must be whole numbers of at least 1, not {list(shares)}")
    sign, size, whole = (-1 if total_fen < 0 else 1), abs(total_fen), sum(shares)
    parts = [size * share // whole for share in shares]
    rest = sorted(range(len(shares)), key=lambda k: (-(size * shares[k] % whole), k))
    for k in rest[: size - sum(parts)]:
        parts[k] += 1
    return [sign * part for part in parts]


def yuan(amount_fen: int) -> str:
    """Exact wording in yuan with separators: 1234567 → ``12,345.67``; no decimals for whole yuan."""
    sign, size = ("-" if amount_fen < 0 else ""), abs(amount_fen)
    whole, rest = divmod(size, FEN_PER_YUAN)
    return f"{sign}{whole:,}" + (f".{rest:02d}" if rest else "")
