"""Public notices at the desk (公示管理): write, see what blocks it, publish, take down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.clock import today
from juxian.apps.notices.actions import Blocked, NotADraft, publish_notice, take_down, write_notice
from juxian.apps.notices.enums import NoticeField, NoticeState
from juxian.apps.notices.models import Notice
from juxian.apps.notices.queries import notices_visible_to, rows_of, unknown_numbers
from juxian.apps.notices.rules import PURPOSE, may_publish_notice, may_write_notices
from juxian.core.source import Rejected
from juxian.web.desk.forms import LONGEST_TITLE, ReasonForm, day_field, text_field
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import language
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.uploads import AttachmentField, checks_files, kept_file

PAGE_SIZE, MOST_PERSONS, USUAL_DAYS, LONGEST_DAYS = 20, 500, 7, 90


class NoticeForm(forms.Form):
    """What a notice says. numbers: one a line."""

    title = text_field(gettext_lazy("标题"), LONGEST_TITLE)
    body = forms.CharField(
        label=gettext_lazy("正文"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    numbers = forms.CharField(
        label=gettext_lazy("公示对象的人才编号"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("每行一个；名单由系统按下面勾选的字段生成，不接收上传的名册"),
    )
    shown = forms.MultipleChoiceField(
        label=gettext_lazy("公示字段"),
        choices=NoticeField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    since = day_field(gettext_lazy("起"))
    until = day_field(gettext_lazy("止（不含）"))
    attachment = AttachmentField(label=gettext_lazy("附件"), required=False)

    def __init__(self, *args: Any, home: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.home = home

    def clean_numbers(self) -> list[str]:
        numbers = list(dict.fromkeys(self.cleaned_data["numbers"].split()))
        if len(numbers) > MOST_PERSONS:
            raise forms.ValidationError(_("一次最多公示 %(most)s 人。") % {"most": MOST_PERSONS})
        unknown = unknown_numbers(self.home, [number[:16] for number in numbers])
        if unknown:
            raise forms.ValidationError(
                _("本地没有这些人才编号：%(numbers)s") % {"numbers": ", ".join(unknown[:5])}
            )
        return numbers

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and not since < until <= since + timedelta(days=LONGEST_DAYS):
            self.add_error("until", _("止期应晚于起期，且不超过 %(days)s 天。") % {"days": LONGEST_DAYS})
        if cleaned.get("numbers") and not cleaned.get("shown"):
            self.add_error("shown", _("请至少选一个公示字段。"))
        return cleaned


@for_roles(Role.OFFICE)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    found = notices_visible_to(user_of(request)).select_related("home", "written_by")
    context = {"page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")), "today": today()}
    return render(request, "desk/notices/list.html", context)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def add(request: HttpRequest) -> HttpResponse:
    home = current_scope(request).organisation
    may_write_notices(user_of(request), home).or_refuse()
    day = today()
    usual = {
        "since": day,
        "until": day + timedelta(days=USUAL_DAYS),
        "shown": [NoticeField.NAME, NoticeField.EMPLOYER],
    }
    posted = request.method == "POST"
    form = NoticeForm(
        request.POST if posted else None, request.FILES if posted else None, home=home, initial=usual
    )
    if posted and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "body", "numbers", "since", "until")}
        file = kept_file(request, form, "attachment", home=home, purpose=PURPOSE)
        if not form.errors:
            notice = write_notice(
                home=home, by=user_of(request), attachment=file, fields=form.cleaned_data["shown"], **values
            )
            return go(request, "desk:notice", pk=notice.pk)
    return render(request, "desk/notices/add.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@for_roles(Role.OFFICE)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft, or show where numbers of persons stand in it."""
    found = _found(request, pk)
    may_publish_notice(user_of(request), found).or_refuse()
    try:
        publish_notice(notice=found, by=user_of(request))
    except Blocked as blocked:
        spoken = language()
        places = [
            (item.place.in_language(spoken), WORDS[item.kind], item.masked) for item in blocked.findings
        ]
        return _page(request, found, places=places, status=422)
    except (NotADraft, Rejected):
        return errors.unprocessable(request, _("公示已发布或已撤下，或附件无法核查。"))
    messages.success(request, _("已发布。"))
    return go(request, "desk:notice", pk=found.pk)


@for_roles(Role.OFFICE)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a notice down before its time."""
    found = _found(request, pk)
    may_write_notices(user_of(request), found.home).or_refuse()
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        take_down(notice=found, by=user_of(request), reason=form.cleaned_data["reason"])
    except NotADraft:
        return errors.unprocessable(request, _("公示不在公示期内。"))
    messages.success(request, _("已撤下。"))
    return go(request, "desk:notice", pk=found.pk)


WORDS = {
    "resident_id": gettext_lazy("身份证号码"),
    "mobile": gettext_lazy("手机号码"),
    "bank_card": gettext_lazy("银行卡号"),
}


def _found(request: HttpRequest, pk: int) -> Notice:
    known = notices_visible_to(user_of(request)).select_related("home", "written_by", "attachment")
    return get_object_or_404(known, pk=pk)


def _page(
    request: HttpRequest,
    notice: Notice,
    *,
    places: list[tuple[str, Any, str]] | None = None,
    form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = notice.state == NoticeState.DRAFT
    context = {
        "notice": notice,
        "titles": titles_of(notice),
        "rows": rows_of(notice) if draft else notice.rows,
        "draft": draft,
        "own": notice.written_by_id == request.user.pk,
        "public": notice.state == NoticeState.PUBLIC,
        "places": places,
        "form": form or ReasonForm(),
    }
    return render(request, "desk/notices/read.html", context, status=status)


def titles_of(notice: Notice) -> list[str]:
    """Headings of the columns, in the order of ``rows``."""
    return [str(label) for value, label in NoticeField.choices if value in notice.fields]
