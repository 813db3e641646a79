"""Long work on rosters outside the request (后台任务); arguments are ids only."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.accounts.models import User
from juxian.apps.imports.actions import accept_batch, read_batch
from juxian.apps.imports.models import Batch


@task()
def read(batch_id: int) -> None:
    """Read the file of a batch that was too large for the request."""
    batch = Batch.objects.select_related("organisation", "home").get(pk=batch_id)
    read_batch(batch=batch)


@task()
def accept(batch_id: int, user_id: int) -> None:
    """Record the accepted rows of a batch; progress is ``rows_done``."""
    batch = Batch.objects.select_related("organisation", "home", "source").get(pk=batch_id)
    accept_batch(batch=batch, by=User.objects.get(pk=user_id))
