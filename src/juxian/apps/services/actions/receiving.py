"""Another system opens a case, and hands over a paper, once for each of its own ids (接口收件)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from juxian.apps.clock import SHANGHAI, now
from juxian.apps.files.actions import TooManyUploads, remove_file, store_file
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.opening import open_service, submit_application
from juxian.apps.services.models import Case, CaseFile, SystemCase, SystemPaper
from juxian.apps.services.queries.actors import System
from juxian.apps.services.queries.materials import PURPOSE
from juxian.apps.tokens.models import ApiToken

UNUSED = timedelta(days=30)  # how long a paper waits for its application
MEGABYTE = 1024 * 1024


class OtherPaper(Exception):
    """The id of a paper was used for something else before."""

    def __init__(self, file: StoredFile) -> None:
        super().__init__(str(file.uuid))
        self.file = file


class OtherContent(Exception):
    """The id was used for something else before."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.number)
        self.case = case


def receive_case(
    *,
    token: ApiToken,
    key: str,
    system: System,
    home: Organisation,
    service: str,
    person: Person | None = None,
    unit: Organisation | None = None,
    answers: Mapping[str, Any],
    materials: Mapping[str, Sequence[str]] | None = None,
    hand_in: bool,
) -> tuple[Case, bool]:
    """The case of this id, and whether it is new. hand_in: else the applicant has to fill it in and hand it in.

    Raises ``OtherContent`` and what ``submit_application`` raises. Two at once: one waits for the other's transaction.
    """
    asked = [service, person.pk if person else 0, unit.pk if unit else 0, dict(answers), hand_in]
    if materials:
        asked.append({name: list(files) for name, files in materials.items()})
    content = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    found = _known(token, key, content)
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            if hand_in:
                case = submit_application(
                    home=home,
                    service=service,
                    by=None,
                    person=person,
                    unit=unit,
                    answers=answers,
                    materials=materials,
                    system=system,
                )
            else:
                case = open_service(
                    home=home, service=service, by=None, person=person, unit=unit, system=system
                )
            SystemCase.objects.create(case=case, token=token, key=key, content=content)
    except IntegrityError:
        found = _known(token, key, content)
        if found is None:
            raise
        return found, False
    return case, True


def _known(token: ApiToken, key: str, content: str) -> Case | None:
    row = SystemCase.objects.filter(token=token, key=key).select_related("case").first()
    if row is None:
        return None
    if row.content != content:
        raise OtherContent(row.case)
    return row.case


def receive_paper(
    *, token: ApiToken, key: str, upload: File[Any], home: Organisation
) -> tuple[StoredFile, bool]:
    """The paper of this id, and whether it is new; checked and kept as every upload.

    Raises ``OtherPaper``, ``TooManyUploads``, ``Rejected``. Two at once: one waits for the other's transaction.
    """
    content = _digest(upload)
    found = _known_paper(token, key, content)
    if found is not None:
        return found, False
    _count_papers(token, upload.size or 0)
    try:
        with transaction.atomic():
            file = store_file(upload=upload, home=home, by=None, purpose=PURPOSE)
            SystemPaper.objects.create(file=file, token=token, key=key, content=content)
    except IntegrityError:
        found = _known_paper(token, key, content)
        if found is None:
            raise
        return found, False
    return file, True


def papers_of(token: ApiToken, uuids: Sequence[str]) -> dict[str, StoredFile]:
    """Papers that the token uploaded and that may be handed in, by id."""
    papers = SystemPaper.objects.filter(token=token, file__uuid__in=list(uuids), file__removed_at=None)
    found = papers.exclude(file__scan=Scan.INFECTED).select_related("file")
    return {str(paper.file.uuid): paper.file for paper in found}


def drop_unused_papers(*, at: datetime | None = None) -> str:
    """Papers that no application named within ``UNUSED`` are deleted; returns how many, for the log."""
    used = CaseFile.objects.filter(file=OuterRef("file"))
    old = SystemPaper.objects.filter(file__removed_at=None, file__stored_at__lt=(at or now()) - UNUSED)
    papers = list(old.filter(~Exists(used)).select_related("file__home"))
    for paper in papers:
        remove_file(file=paper.file, by=None, reason="not used by an application")
    return f"{len(papers)} removed"


def _count_papers(token: ApiToken, size: int) -> None:
    """The limits of one user hold for a token. Raises ``TooManyUploads``."""
    midnight = datetime.combine(now().astimezone(SHANGHAI).date(), time.min, SHANGHAI)
    today = SystemPaper.objects.filter(token=token, file__stored_at__gte=midnight)
    most, most_bytes = settings.JUXIAN_UPLOADS_PER_DAY, settings.JUXIAN_UPLOAD_BYTES_PER_DAY
    if today.count() >= most:
        raise TooManyUploads(_("今天上传的文件已达 %(most)s 个的上限。") % {"most": most})
    total = today.aggregate(size=Sum("file__size"))["size"] or 0
    if total + size > most_bytes:
        raise TooManyUploads(
            _("今天上传的文件总量将超过 %(most)s MB 的上限。") % {"most": most_bytes // MEGABYTE}
        )


def _known_paper(token: ApiToken, key: str, content: str) -> StoredFile | None:
    row = SystemPaper.objects.filter(token=token, key=key).select_related("file").first()
    if row is None:
        return None
    if row.content != content:
        raise OtherPaper(row.file)
    return row.file


def _digest(upload: File[Any]) -> str:
    found = hashlib.sha256(f"{upload.name}\0".encode())
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()
