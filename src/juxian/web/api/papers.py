"""Papers of applications (接口材料): uploaded first, once for each of the sender's ids, then named in the application.

Each is checked as every upload: by its content, within the limits, and by the scanner where one is set.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Router, Schema, UploadedFile

from juxian.apps.files.actions import TooManyUploads
from juxian.apps.files.enums import Scan
from juxian.apps.files.tasks import scan
from juxian.apps.services.actions.receiving import OtherPaper, receive_paper
from juxian.apps.tokens.enums import Scope
from juxian.core.source import Rejected
from juxian.web.api.base import Refusal, caller, needs
from juxian.web.kit.formats import language, with_aside

router = Router(tags=["papers"])
Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


class PaperIn(Schema):
    """``id``: the sender's own. name: of the file, with its ending. content: the file in Base64, about 1.8 MB at most."""

    id: Key
    name: str = Field(..., min_length=1, max_length=200)
    content: str = Field(..., min_length=1)


@router.post("/papers", auth=needs(Scope.CASES_OPEN, files=True), url_name="papers", response=dict[str, Any])
def upload_paper(
    request: HttpRequest,
    file: File[UploadedFile],
    key: Annotated[Key, Form(alias="id")],
) -> dict[str, Any]:
    """One file as ``multipart/form-data``; ``paper`` of the answer is named in an application. The same id with the same file
    gives the same paper, with another file 409.
    """
    return _received(request, key, file)


@router.post(
    "/papers/inline", auth=needs(Scope.CASES_OPEN), url_name="papers-inline", response=dict[str, Any]
)
def send_paper(request: HttpRequest, wanted: PaperIn) -> dict[str, Any]:
    """One small file inside the JSON; otherwise as ``/papers``."""
    try:
        content = base64.b64decode(wanted.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _problem(422, "content", "not_base64", _("content 不是有效的 Base64。")) from error
    return _received(request, wanted.id, SimpleUploadedFile(wanted.name.replace("\0", ""), content))


def _received(request: HttpRequest, key: str, upload: Any) -> dict[str, Any]:
    by = caller(request)
    try:
        file, new = receive_paper(token=by.token, key=key, upload=upload, home=by.organisation)
    except OtherPaper as other:
        message = _("这个编号已用于另一份材料：%(paper)s。") % {"paper": other.file.uuid}
        raise _problem(409, "id", "other_content", message) from other
    except TooManyUploads as many:
        raise _problem(429, "file", "too_many", str(many)) from many
    except Rejected as refused:
        spoken = language()
        problems = [
            {
                "at": "file",
                "code": problem.code,
                "message": with_aside(
                    problem.message.in_language(spoken),
                    problem.hint.in_language(spoken) if problem.hint else "",
                ),
            }
            for problem in refused.problems
        ]
        raise Refusal(422, problems[0]["message"], problems) from refused
    if new and file.scan == Scan.WAITING:
        scan.enqueue(file.pk)
    return {
        "id": key,
        "paper": str(file.uuid),
        "new": new,
        "name": file.name,
        "media": file.media,
        "size": file.size,
        "sha256": file.sha256,
        "scanned": file.scan != Scan.WAITING,
    }


def _problem(status: int, place: str, code: str, message: str) -> Refusal:
    return Refusal(status, message, [{"at": place, "code": code, "message": message}])
