"""Where the staff is reached by 企业微信 and 钉钉 (工作人员站外地址): a table with a result for each line; taken away one by one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.actions import Given, give_addresses, remove_address
from juxian.apps.messaging.enums import CHATS
from juxian.apps.messaging.models import ChatAddress
from juxian.apps.messaging.queries import staff_of
from juxian.apps.messaging.rules import may_give_addresses
from juxian.core.identity.masking import mask_address
from juxian.core.source import Rejected
from juxian.core.tables.confined import read_confined
from juxian.core.tables.workbook import Workbook, as_text
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import language, with_aside
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50
MOST_ROWS = 2000
LARGEST = 1024 * 1024
HEAD = ("username", "account")


class TableForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("地址表"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=gettext_lazy("csv 或 xlsx，三列：账号、方式（企业微信或钉钉）、地址"),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > LARGEST:
            raise forms.ValidationError(_("文件超过 %(limit)s MB 的上限。") % {"limit": 1})
        return file


@for_roles(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def addresses(request: HttpRequest) -> HttpResponse:
    """Addresses of the staff, masked; POST takes a table over and says what became of each line."""
    root = home_of(current_scope(request))
    may_give_addresses(user_of(request), root).or_refuse()
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    told: list[Given] = []
    if request.method == "POST" and form.is_valid():
        rows = _rows(form)
        if not form.errors:
            told = give_addresses(home=root, rows=rows, by=user_of(request))
    found = ChatAddress.objects.filter(user__in=staff_of(root), channel__in=CHATS).exclude(address="")
    page = Paginator(found.select_related("user").order_by("user__username", "channel"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "rows": [(row, mask_address(row.address)) for row in page.object_list],
        "taken": [item for item in told if not item.reason],
        "refused": [item for item in told if item.reason],
        "told": bool(told),
    }
    return render(request, "desk/addresses.html", context, status=422 if form.errors else 200)


def _rows(form: TableForm) -> list[tuple[int, str, str, str]]:
    """(line, account, way, address) of each line; what is wrong with the table stands at its field."""
    file = form.cleaned_data["file"]
    try:
        book = read_confined(file.read(), file.name)
    except Rejected as refused:
        for problem in refused.problems:
            hint = problem.hint.in_language(language()) if problem.hint else ""
            form.add_error("file", with_aside(problem.message.in_language(language()), hint))
        return []
    rows = _lines(book)
    if not rows or len(rows) > MOST_ROWS:
        form.add_error("file", _("表里应有 1 至 %(most)s 行。") % {"most": MOST_ROWS})
        return []
    return rows


def _lines(book: Workbook) -> list[tuple[int, str, str, str]]:
    sheet = next((sheet for sheet in book.sheets if not sheet.hidden and sheet.rows), None)
    found: list[tuple[int, str, str, str]] = []
    for number, row in zip(sheet.numbers, sheet.rows, strict=True) if sheet else ():
        cells = [as_text(cell).replace("\0", "").strip()[:150] for cell in row][:3]
        is_head = bool(cells) and (cells[0].casefold() in HEAD or not cells[-1].isascii())
        if any(cells) and not (is_head and not found):
            username, way, address = (*cells, "", "", "")[:3]
            found.append((number, username, way, address))
    return found


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def address_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing goes to this address any more."""
    root = home_of(current_scope(request))
    may_give_addresses(user_of(request), root).or_refuse()
    row = get_object_or_404(ChatAddress.objects.filter(user__in=staff_of(root)).select_related("user"), pk=pk)
    remove_address(user=row.user, channel=row.channel, by=user_of(request), organisation_path=root.path)
    messages.success(
        request, _("已移除 %(name)s。") % {"name": f"{row.user.username} {row.get_channel_display()}"}
    )
    return go(request, "desk:addresses")
