"""Work on cases outside the request (后台办理)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.services.actions import redate_cases


@task()
def redate() -> None:
    redate_cases()
