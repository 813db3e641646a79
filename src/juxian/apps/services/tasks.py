"""Work on cases outside the request (后台办理)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.accounts.models import User
from juxian.apps.services.actions import carry_on, redate_cases
from juxian.apps.services.models import Bulk


@task()
def redate() -> None:
    redate_cases()


@task()
def apply_in_bulk(bulk_id: int, user_id: int) -> None:
    """The rows of an employer's list that the request left."""
    bulk, user = Bulk.objects.select_related("home").get(pk=bulk_id), User.objects.get(pk=user_id)
    while carry_on(bulk=bulk, by=user):
        pass
