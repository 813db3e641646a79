"""Work on cases outside the request (后台办理)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions import carry_on, move_to_current, redate_cases
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


@task()
def move_cases(home_id: int, service: str, user_id: int) -> None:
    """Every running case of a service that can, goes on under the version that the pack holds now."""
    home, by = Organisation.objects.get(pk=home_id), User.objects.get(pk=user_id)
    move_to_current(home=home, service=service, by=by, dry_run=False)
