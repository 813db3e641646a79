"""Adding chance to a draw: commit, then reveal (承诺与揭示). For organisers and witnesses alike."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.drawing import commit, reveal
from juxian.apps.housing.enums import ContributorRole, DrawState
from juxian.apps.housing.queries.draws import contributions_of
from juxian.apps.housing.rules import NotPossible
from juxian.core.allocation.canonical import is_plain_text
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.web.desk.forms import text_field
from juxian.web.desk.housing.finding import user_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.responses import go

CONTRIBUTORS = (Role.OFFICE, Role.DEPARTMENT, Role.EMPLOYER, Role.LEADER, Role.REVIEWER, Role.AUDITOR)
PAGE_SIZE = 20
NONCE_BYTES = 32


class SlipForm(forms.Form):
    """What a contributor says, and the random part beside it: together they are the slip that he keeps."""

    value = text_field(
        gettext_lazy("内容"), 200, help_text=gettext_lazy("任意写一串字或数，例如掷骰子的点数，不要告诉别人")
    )
    nonce = forms.RegexField(
        regex=r"^[0-9a-f]{64}$",
        label=gettext_lazy("随机数"),
        help_text=gettext_lazy("64 位十六进制；承诺前已为您生成，请和内容一起抄下或截图保管"),
        error_messages={"invalid": gettext_lazy("随机数应为 64 位十六进制数字。")},
    )

    def clean_value(self) -> str:
        """Composed characters, as the protocol hashes them."""
        value = unicodedata.normalize("NFC", self.cleaned_data["value"])
        if not is_plain_text(value):
            raise forms.ValidationError(_("含有看不见的字符，请重新输入。"))
        return value


@for_roles(*CONTRIBUTORS)
@require_safe
def contributions(request: HttpRequest) -> HttpResponse:
    """Draws to which the user adds chance."""
    found = contributions_of(user_of(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/housing/contributions.html", {"page": page})


@for_roles(*CONTRIBUTORS)
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Commit while somebody has not, afterwards reveal. The slip is shown once and stored nowhere."""
    own = get_object_or_404(contributions_of(user_of(request)), draw_id=pk)
    others = list(own.draw.contributors.all())
    waiting = [one for one in others if one.role != ContributorRole.PUBLIC and not one.commitment]
    form = SlipForm(
        _data(request), initial={} if own.commitment else {"nonce": secrets.token_hex(NONCE_BYTES)}
    )
    kept: Reveal | None = None
    if request.method == "POST" and form.is_valid():
        slip = Reveal(own.name, form.cleaned_data["nonce"], form.cleaned_data["value"])
        try:
            if not own.commitment or waiting:
                commit(contributor=own, sealed=commitment(own.draw.pool_hash, slip))
                own.refresh_from_db()
                kept = slip
            else:
                reveal(contributor=own, nonce=slip.nonce, value=slip.value, by=user_of(request))
                messages.success(request, _("已揭示。"))
                return go(request, "desk:housing-contribute", pk)
        except NotPossible as refused:
            form.add_error(None, str(refused))
    context = {
        "own": own,
        "draw": own.draw,
        "contributors": others,
        "waiting": waiting,
        "kept": kept,
        "form": form,
        "over": own.draw.state != DrawState.FROZEN,
    }
    return render(request, "desk/housing/contribute.html", context, status=422 if form.errors else 200)


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
