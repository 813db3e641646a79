"""Asking the scanner outside the request (后台查毒)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.files.actions import scan_file
from juxian.apps.files.models import StoredFile


@task()
def scan(file_id: int) -> None:
    scan_file(file=StoredFile.objects.select_related("home").get(pk=file_id))
