"""The only way to a file (下载): who may is said by the app that it belongs to; never inside the site's own origin."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import file_readable_by, pieces_of
from juxian.apps.files.registry import Readable
from juxian.core.files.names import safe_name
from juxian.web.kit.access import ask_to_sign_in, public
from juxian.web.kit.origin import address_of

SANDBOX = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SHOWN = SANDBOX.replace("default-src 'none'", "default-src 'none'; img-src 'self'")


@public
@require_safe
def download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A file to be saved, never opened in its place."""
    found = file_readable_by(request.user, uuid)
    if found is None:
        return _not_here(request)
    return _sent(request, *found, as_attachment=True)


@public
@require_safe
def preview(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A picture shown in a page: it was made anew from its pixels when it was kept."""
    found = file_readable_by(request.user, uuid)
    if found is None:
        return _not_here(request)
    if not found[0].is_image:
        raise Http404
    return _sent(request, *found, as_attachment=False)


def _not_here(request: HttpRequest) -> HttpResponse:
    """A visitor is asked to sign in, whether or not there is such a file; for everybody else there is none."""
    if request.user.is_authenticated:
        raise Http404
    return ask_to_sign_in(request)


def _sent(
    request: HttpRequest, file: StoredFile, reading: Readable, *, as_attachment: bool
) -> HttpResponseBase:
    if reading.recorded and request.method == "GET":
        record(
            "files.read",
            actor=request.user if isinstance(request.user, User) else None,
            subject=reading.about or file,
            organisation_path=file.home.path,
            detail={"file": file.pk, "purpose": file.purpose, "sha256": file.sha256},
            address=address_of(request),
        )
    answer = StreamingHttpResponse(pieces_of(file), content_type=file.media)
    name = safe_name(reading.name, file.kind) if reading.name else file.name
    disposition = content_disposition_header(as_attachment, name) or "attachment"
    answer["Content-Disposition"] = disposition if as_attachment else "inline"
    answer["Content-Length"] = str(file.size)
    answer["Content-Security-Policy"] = SANDBOX if as_attachment else SHOWN
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
