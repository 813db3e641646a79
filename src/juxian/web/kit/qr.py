"""QR codes drawn on the server (二维码)."""

from __future__ import annotations

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 2  # modules of white around


def qr_svg(text: str, label: str, *, side_px: int = 148) -> SafeString:
    """An inline picture of ``text``, black on white in every theme; ``label`` is read aloud."""
    matrix = segno.make(text, error="m", micro=False).matrix
    dots = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, module in enumerate(row)
        if module
    )
    size = len(matrix) + 2 * QUIET
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<rect width="{}" height="{}" fill="white"/><path d="{}" fill="black"/></svg>',
        label, side_px, side_px, size, size, size, size, dots,
    )  # fmt: skip
