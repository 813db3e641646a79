"""Who reads the papers of a case: whoever may see the case, and before there is one who uploaded them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.accounts.models import User
from juxian.apps.files.actions import store_file
from juxian.apps.files.models import StoredFile
from juxian.apps.services.models import CaseFile
from juxian.apps.services.queries.materials import PURPOSE, may_read
from tests.apps.services.stage import OPENED, Stage
from tests.attachments import pdf

DAY = OPENED.date()


@pytest.fixture
def file(stage: Stage, settings, tmp_path: Path) -> StoredFile:
    """Uploaded by the clerk of the employer, in no case yet."""
    settings.JUXIAN_TODAY, settings.JUXIAN_FILES = DAY, tmp_path
    upload = SimpleUploadedFile("a.pdf", pdf())
    return store_file(upload=upload, home=stage.root, by=stage.employer, purpose=PURPOSE)


def recorded(file: StoredFile, user: User) -> bool | None:
    """Whether reading makes an entry; None where it is not theirs to read."""
    reading = may_read(file, User.objects.get(pk=user.pk))
    return reading.recorded if reading else None


def test_who_uploaded_a_paper_reads_it_as_long_as_they_may_see_its_case(stage: Stage, file: StoredFile):
    before = recorded(file, stage.employer)
    CaseFile.objects.create(case=stage.submitted(), material="contract", file=file, version=0)
    handed_in = recorded(file, stage.employer)

    stage.employer.posts.update(until=DAY)

    assert (before, handed_in, recorded(file, stage.employer)) == (False, False, None)
    assert (recorded(file, stage.office), recorded(file, stage.clerks["finance"])) == (True, None)
