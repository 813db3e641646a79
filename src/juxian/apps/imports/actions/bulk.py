"""Making many objects at once (批量处理)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BETWEEN_COLLECTIONS = 200_000


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for reference cycles less often: rows and facts make none, and the search takes a quarter of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
