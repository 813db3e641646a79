"""Own addresses of 企业微信 and 钉钉 (站外地址): bind by a code sent there, unbind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.actions import BindingRefused, ask_for_code, confirm_address, remove_address
from juxian.apps.messaging.actions.binding import chats
from juxian.apps.messaging.enums import CHATS, Channel
from juxian.apps.messaging.models import ChatAddress
from juxian.core.identity.masking import mask_address
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.responses import go

ASK, CONFIRM = "ask", "confirm"


class AddressForm(forms.Form):
    """Where the code is to go."""

    channel = forms.ChoiceField(label=gettext_lazy("方式"))
    address = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=64,
        help_text=gettext_lazy("企业微信或钉钉通讯录中的账号（userid）"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        set_choices(self, "channel", [(value, Channel(value).label) for value in chats()])


class CodeForm(forms.Form):
    channel = forms.CharField(widget=forms.HiddenInput, max_length=10)
    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=gettext_lazy("发到该账号的 6 位数字"),
    )


@for_roles(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def addresses(request: HttpRequest) -> HttpResponse:
    """What is bound; POST sends a code, or confirms by one."""
    user = user_of(request)
    step = request.POST.get("step", ASK) if request.method == "POST" else ""
    ask = AddressForm(request.POST if step == ASK else None)
    confirm = CodeForm(request.POST if step == CONFIRM else None)
    form = confirm if step == CONFIRM else ask
    if step and form.is_valid():
        try:
            if step == CONFIRM:
                confirm_address(user=user, **form.cleaned_data)
                messages.success(request, _("已绑定，以后的通知也发到这里。"))
            else:
                ask_for_code(user=user, **form.cleaned_data)
                messages.success(request, _("验证码已发出，请在下面填写。"))
            return go(request, "addresses")
        except BindingRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    rows = ChatAddress.objects.filter(user=user, channel__in=CHATS).select_related("given_by")
    open_chats = chats()
    context = {
        "rows": [(row, mask_address(row.address)) for row in rows if row.address],
        "pending": [
            (
                row,
                mask_address(row.pending),
                confirm
                if confirm.data.get("channel") == row.channel
                else CodeForm(initial={"channel": row.channel}),
            )
            for row in rows
            if row.pending and row.channel in open_chats
        ],
        "form": ask,
        "wrong": form if step else None,
        "open": bool(open_chats),
        "robot": Channel.DINGTALK in open_chats,
    }
    return render(request, "kit/addresses.html", context, status=422 if step else 200)


@for_roles(*Role)
@require_POST
def address_remove(request: HttpRequest) -> HttpResponse:
    """Unbind one of the own addresses."""
    user, channel = user_of(request), request.POST.get("channel", "")
    if channel in CHATS and remove_address(user=user, channel=channel, by=user):
        messages.success(request, _("已解绑，不再发到那里。"))
    return go(request, "addresses")
