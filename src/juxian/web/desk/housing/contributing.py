"""Adding chance to a draw: commit, then reveal (承诺与揭示). For organisers and witnesses alike.

Only the commitment is posted before the reveal: the value is made in the contributor's browser or by a command.
"""

from __future__ import annotations

from shlex import quote
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
from juxian.apps.accounts.models import User
from juxian.apps.housing.actions.drawing import commit, reveal
from juxian.apps.housing.enums import ContributorRole, DrawState
from juxian.apps.housing.models import Contributor
from juxian.apps.housing.queries.draws import contributions_of
from juxian.apps.housing.rules import NotPossible
from juxian.core.allocation.canonical import is_plain_text
from juxian.core.allocation.draw import TEXT_LENGTH
from juxian.core.allocation.slips import plain_value
from juxian.web.desk.forms import text_field
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go

CONTRIBUTORS = (Role.OFFICE, Role.DEPARTMENT, Role.EMPLOYER, Role.LEADER, Role.REVIEWER, Role.AUDITOR)
PAGE_SIZE = 20


class CommitForm(forms.Form):
    """The commitment alone: value and nonce stay with the contributor until the reveal."""

    sealed = forms.RegexField(
        regex=r"^[0-9a-f]{64}$",
        label=gettext_lazy("承诺"),
        help_text=gettext_lazy("64 位十六进制，由本页或命令在您的机器上算出"),
        error_messages={"invalid": gettext_lazy("承诺应为 64 位十六进制数字，小写。请重新粘贴整行。")},
    )


class SlipForm(forms.Form):
    """What a contributor shows at the reveal: both parts of the slip that he kept."""

    value = text_field(gettext_lazy("内容"), TEXT_LENGTH, help_text=gettext_lazy("凭条上的内容，一字不差"))
    nonce = forms.RegexField(
        regex=r"^[0-9a-f]{64}$",
        label=gettext_lazy("随机数"),
        help_text=gettext_lazy("凭条上的 64 位十六进制"),
        error_messages={"invalid": gettext_lazy("随机数应为 64 位十六进制数字。")},
    )

    def clean_value(self) -> str:
        """Composed characters, as the protocol hashes them."""
        value = plain_value(self.cleaned_data["value"])
        if not is_plain_text(value) or len(value) > TEXT_LENGTH:
            raise forms.ValidationError(_("与凭条不符，请重新输入。"))
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
    """Commit while somebody has not, afterwards reveal. The slip is made and kept by the contributor."""
    own = get_object_or_404(contributions_of(user_of(request)), draw_id=pk)
    others = list(own.draw.contributors.all())
    waiting = [one for one in others if one.role != ContributorRole.PUBLIC and not one.commitment]
    form: CommitForm | SlipForm = (SlipForm if own.commitment and not waiting else CommitForm)(_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(form, own, user_of(request))
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已揭示。") if isinstance(form, SlipForm) else _("已承诺。"))
            return go(request, "desk:housing-contribute", pk)
    context = {
        "own": own,
        "draw": own.draw,
        "contributors": others,
        "waiting": waiting,
        "form": form,
        "over": own.draw.state != DrawState.FROZEN,
        "command": f"juxian draw commit --pool-hash {own.draw.pool_hash} --name {quote(own.name)} --out slip.json",
    }
    return render(request, "desk/housing/contribute.html", context, status=422 if form.errors else 200)


def _carry_out(form: CommitForm | SlipForm, own: Contributor, user: User) -> None:
    """Commit or reveal, whichever the form is for; raises ``NotPossible``."""
    found = form.cleaned_data
    if isinstance(form, SlipForm):
        reveal(contributor=own, nonce=found["nonce"], value=found["value"], by=user)
    else:
        commit(contributor=own, sealed=found["sealed"])


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
