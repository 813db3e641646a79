"""Rights over the own data (我的个人信息权益): purposes, consent, a copy to take along, deletion."""

from __future__ import annotations

import json
import tempfile
import zipfile
from typing import IO, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.files.queries import pieces_of
from juxian.apps.packs.queries import pack_of
from juxian.apps.privacy.actions import NotPossible, ask_to_erase, export_subject, say_on_purpose
from juxian.apps.privacy.queries import EXPORTS_A_DAY, exports_today, standings_of
from juxian.apps.privacy.queries.copies import Enclosed
from juxian.core.identity.check import has_hidden_characters
from juxian.core.packs.schema import Pack
from juxian.core.secrecy import Unreadable
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, public, user_of
from juxian.web.kit.formats import language, listed
from juxian.web.kit.forms import PasswordForm
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.purposes import kept_words, kind_title, purpose_rows
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.portal.own import own_record, own_record_or_404
from juxian.web.portal.places import place_or_404

LONGEST_WORDS = 500


class ErasureForm(forms.Form):
    """What should be deleted, in the person's own words."""

    words = forms.CharField(
        label=gettext_lazy("希望删除什么、为什么"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if has_hidden_characters(words) or "\0" in words:
            raise ValidationError(_("含有看不见的字符，请重新输入。"))
        return words


@public
@require_safe
def purposes(request: HttpRequest, pack: str) -> HttpResponse:
    """What data is processed for, for everybody."""
    place = place_or_404(pack)
    rows = purpose_rows(place, language())
    return render(request, "portal/purposes.html", {"pack": place, "rows": rows})


@for_roles(Role.PERSON)
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    return _page(request)


@for_roles(Role.PERSON)
@require_POST
@gated
@once
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Give or withdraw consent to one purpose; ``given`` is yes or no."""
    person = own_record_or_404(request)
    found = pack_of(person.home).purposes.get(purpose)
    if found is None:
        raise Http404
    word = request.POST.get("given", "")
    if word not in ("yes", "no"):
        return errors.bad_request(request)
    try:
        say_on_purpose(person=person, purpose=found, given=word == "yes", by=user_of(request))
        messages.success(
            request, _("已记录您的同意。") if word == "yes" else _("已撤回，相关信息已停止使用。")
        )
    except NotPossible as why:
        messages.error(request, str(why))
    return go(request, "portal:privacy")


@for_roles(Role.PERSON)  # type: ignore[arg-type]  # a file that is streamed is an answer too
@require_POST
@sensitive_post_parameters()
def export(request: HttpRequest) -> HttpResponseBase:
    """A copy of everything as a zip of JSON, HTML and the files themselves, after the password was asked again; no copy stays here."""
    person, user = own_record_or_404(request), user_of(request)
    if exports_today(user) >= EXPORTS_A_DAY:
        return errors.too_many(request, _("一天内导出的次数太多，请明天再试。"))
    form = PasswordForm(request, request.POST)
    if not form.is_valid():
        return _page(request, password=form, status=422)
    found, files = export_subject(person=person, by=user)
    copy = _zipped(found, files, pack_of(person.home), current_scope(request).language)
    answer = FileResponse(copy, as_attachment=True, filename="my-data.zip", content_type="application/zip")
    answer["Cache-Control"] = "no-store"
    return answer


@for_roles(Role.PERSON)
@require_POST
@gated
@once
def erase(request: HttpRequest) -> HttpResponse:
    """Ask the office to delete own data."""
    person, form = own_record_or_404(request), ErasureForm(request.POST)
    if not form.is_valid():
        return _page(request, erasure=form, status=422)
    try:
        ask_to_erase(person=person, words=form.cleaned_data["words"], by=user_of(request))
        messages.success(request, _("已提交，人才办会答复。"))
    except NotPossible as why:
        messages.error(request, str(why))
    return go(request, "portal:privacy")


def _zipped(found: dict[str, Any], files: list[Enclosed], pack: Pack, spoken: str) -> IO[bytes]:
    """``my-data.json`` for machines, ``my-data.html`` for people, and ``files/``; a nameless file, gone when it is closed."""
    facts = [
        (kind_title(pack, fact["kind"], spoken), fact, list(_spoken(pack, fact, spoken)))
        for fact in found["facts"]
    ]
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the answer reads it and closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        found["files"] = [item.path for item in files if _packed(archive, item)]
        found["files_missing"] = [item.path for item in files if item.path not in found["files"]]
        archive.writestr("my-data.json", json.dumps(found, ensure_ascii=False, indent=1))
        page = render_to_string("portal/my_data.html", {"data": found, "facts": facts, "language": spoken})
        archive.writestr("my-data.html", page)
    out.seek(0)
    return out


def _packed(archive: zipfile.ZipFile, item: Enclosed) -> bool:
    """Put a file into the copy piece by piece; False where it is no longer there or does not open."""
    try:
        pieces = pieces_of(item.file)
        first = next(pieces, b"")
    except (FileNotFoundError, Unreadable):
        return False
    with archive.open(item.path, "w") as target:
        target.write(first)
        for piece in pieces:
            target.write(piece)
    return True


def _spoken(pack: Pack, fact: dict[str, Any], spoken: str) -> list[tuple[str, str]]:
    """Field and value of a fact, titles from the pack."""
    kind = pack.schema.kinds.get(fact["kind"])
    values: dict[str, Any] = fact["value"]
    return [
        (kind.fields[key].title.in_language(spoken) if kind and key in kind.fields else key, str(value))
        for key, value in values.items()
    ]


def _page(
    request: HttpRequest,
    *,
    password: PasswordForm | None = None,
    erasure: ErasureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    scope, person = current_scope(request), own_record(request)
    context: dict[str, Any] = {"person": person, "contact": scope.pack.contact}
    if person is not None:
        pack = pack_of(person.home)
        said = {item.purpose.id: item for item in standings_of(person)}
        context |= {
            "pack": pack,
            "rows": purpose_rows(pack, scope.language, said),
            "password": password or PasswordForm(request),
            "erasure": erasure or ErasureForm(),
            "requests": [
                (
                    item,
                    _titles(pack, item.outcome.get("erased", {}), scope.language),
                    listed(kept_words(pack, item.outcome.get("kept", {}), scope.language)),
                )
                for item in person.erasure_requests.all()[:20]
            ],
            "history": person.consents.all()[:50],
        }
    return render(request, "portal/privacy.html", context, status=status)


def _titles(pack: Pack, kinds: dict[str, Any], spoken: str) -> str:
    return listed([kind_title(pack, kind, spoken) for kind in kinds])
