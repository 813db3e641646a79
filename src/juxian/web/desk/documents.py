"""The library of circulars and speeches (文件库)."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.documents.actions import add_text
from juxian.apps.documents.queries import texts_visible_to
from juxian.apps.documents.rules import may_add_text, may_read_library
from juxian.web.desk.forms import LONGEST_TITLE, day_field, text_field
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 20
LONGEST_BODY = 200_000
READERS = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER)


class TextForm(forms.Form):
    """A text as it was published."""

    title = text_field(_("标题"), LONGEST_TITLE)
    issuer = text_field(_("发文单位"), 120, required=False)
    reference = text_field(_("文号"), 80, required=False, help_text=_("例如：嘉人才办〔2021〕7 号"))
    day = day_field(_("日期"), required=False)
    body = forms.CharField(
        label=_("正文"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("粘贴原文，按原样保存和显示。"),
    )


@for_roles(*READERS)
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    may_read_library(user_of(request)).or_refuse()
    scope = current_scope(request)
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:100]
    texts = texts_visible_to(user_of(request)).select_related("added_by").defer("body")
    texts = texts.filter(title__contains=wanted) if wanted else texts
    context = {
        "page": Paginator(texts, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": wanted,
        "may_add": may_add_text(user_of(request), scope.organisation),
    }
    return render_part(request, "desk/documents/list.html#list", context)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def add(request: HttpRequest) -> HttpResponse:
    organisation = current_scope(request).organisation
    may_add_text(user_of(request), organisation).or_refuse()
    form = TextForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        text = add_text(organisation=organisation, by=user_of(request), **form.cleaned_data)
        return go(request, "desk:document", pk=text.pk)
    return render(request, "desk/documents/add.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(*READERS)
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    texts = texts_visible_to(user_of(request)).select_related("organisation", "added_by")
    return render(request, "desk/documents/read.html", {"text": get_object_or_404(texts, pk=pk)})
