"""Files in forms (上传): checked before the form's transaction, refusals told at the field.

A view that takes files stands below ``@checks_files``::

    @for_roles(Role.OFFICE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @checks_files
    @once
    def add(request): ...
        file = kept_file(request, form, "file", home=home, purpose="notice")
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.forms import BaseForm, ClearableFileInput, FileField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from juxian.apps.accounts.models import User
from juxian.apps.files.actions import TooManyUploads, check_upload, store_file
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.files.tasks import scan
from juxian.apps.organisations.models import Organisation
from juxian.core.files.kinds import ENDINGS
from juxian.core.source import Rejected
from juxian.web.kit import errors
from juxian.web.kit.formats import language, with_aside

View = Callable[..., HttpResponse]
ACCEPT = ",".join(sorted(ending for endings in ENDINGS.values() for ending in endings))


class AttachmentField(FileField):
    """A file of the accepted kinds; what it is is looked at by ``checks_files``."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("照片（jpg、png）、PDF、docx、xlsx、csv 或 txt"))
        options.setdefault("max_length", 1_000)  # of its name, which is cut afterwards
        options.setdefault("widget", ClearableFileInput(attrs={"accept": ACCEPT}))
        super().__init__(**options)


def checks_files(view: View) -> View:
    """Check what was sent before the view opens a transaction; too many files at once are refused with 413."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        files = [file for name in request.FILES for file in request.FILES.getlist(name)]
        most = settings.JUXIAN_UPLOADS_AT_ONCE
        if len(files) > most:
            return errors.too_large(request, _("一次最多上传 %(most)s 个文件。") % {"most": most})
        for file in files:
            file.refused = _refusals(request, file)  # type: ignore[attr-defined]  # read by ``kept_file``
        return view(request, *args, **kwargs)

    return guarded


def kept_file(
    request: HttpRequest, form: BaseForm, name: str, *, home: Organisation, purpose: str
) -> StoredFile | None:
    """Keep the file of a field; None when none was sent or it was refused, which the form then says."""
    upload = form.cleaned_data.get(name)
    if not isinstance(upload, File):
        return None
    refused = getattr(upload, "refused", None)
    if refused is None:
        refused = _refusals(request, upload)
    for reason in refused:
        form.add_error(name, reason)
    if refused:
        return None
    file = store_file(upload=upload, home=home, by=_user(request), purpose=purpose)
    if file.scan == Scan.WAITING:
        transaction.on_commit(lambda: scan.enqueue(file.pk))
    return file


def _refusals(request: HttpRequest, upload: File) -> list[str]:
    """What is wrong with a file, in words; empty when it may be kept."""
    try:
        check_upload(upload, _user(request))
    except TooManyUploads as refused:
        return [str(refused)]
    except Rejected as refused:
        spoken = language()
        return [
            with_aside(
                problem.message.in_language(spoken), problem.hint.in_language(spoken) if problem.hint else ""
            )
            for problem in refused.problems
        ]
    return []


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
