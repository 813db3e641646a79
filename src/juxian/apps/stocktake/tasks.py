"""Counting a large register outside the request (后台盘点)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.stocktake.actions import make_take
from juxian.apps.stocktake.models import Take


@task()
def make(take_id: int) -> None:
    """Make the take, unless it is gone or was made meanwhile."""
    take = Take.objects.select_related("home").filter(pk=take_id, made_at=None).first()
    if take:
        make_take(take=take)
