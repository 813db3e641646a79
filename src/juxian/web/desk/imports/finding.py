"""Batches that a page may show (查找批次)."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from juxian.apps.accounts.enums import Role
from juxian.apps.imports.models import Batch
from juxian.apps.imports.queries import batches_visible_to
from juxian.web.kit.access import user_of

SENDERS = (Role.OFFICE, Role.EMPLOYER)


def find_batch(request: HttpRequest, pk: int) -> Batch:
    """A batch that the user may see, 404 for every other."""
    batches = batches_visible_to(user_of(request)).select_related("source", "uploaded_by")
    return get_object_or_404(batches, pk=pk)
