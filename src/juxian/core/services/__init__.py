"""Services and their cases (事项与办件): definitions in YAML, and how a case moves."""

from __future__ import annotations

from juxian.core.services.definition import Service
from juxian.core.services.reading import read_service

__all__ = ["Service", "read_service"]
