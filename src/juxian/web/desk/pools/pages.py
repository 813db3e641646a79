"""The pools, one pool with its members, and who comes and goes (分类人才库)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.pools.actions import NotPossible, add_member, refresh_pool, remove_member
from juxian.apps.pools.models import Pool
from juxian.apps.pools.queries import members_of, pools_visible_to, with_sizes
from juxian.apps.pools.rules import may_manage
from juxian.web.desk.forms import ReasonForm, text_field
from juxian.web.desk.scope import home_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.rows import rows_of
from juxian.web.kit.scope import current_scope

PAGE_SIZE, PAST_SHOWN = 30, 20


class MemberForm(forms.Form):
    """Somebody picked by hand, by the number of the record."""

    number = text_field(gettext_lazy("人才编号"), 16)
    reason = text_field(gettext_lazy("理由"), 200, help_text=gettext_lazy("写入审计记录"))


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def pools(request: HttpRequest) -> HttpResponse:
    """Every pool of the place with its size, in one query."""
    home = home_of(current_scope(request))
    found = with_sizes(pools_visible_to(user_of(request)).filter(home=home))
    return render(request, "desk/pools/list.html", {"pools": found})


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _find(request, pk))


@for_roles(Role.OFFICE)
@require_http_methods(["POST"])
@once
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick somebody by hand."""
    found = _find(request, pk)
    may_manage(user_of(request), found).or_refuse()
    form = MemberForm(request.POST)
    if form.is_valid():
        person = (
            people_of(request, found.home).filter(number=form.cleaned_data["number"].strip().upper()).first()
        )
        if person is None:
            form.add_error("number", _("没有这个编号的档案。"))
        else:
            try:
                add_member(pool=found, person=person, by=user_of(request), reason=form.cleaned_data["reason"])
            except NotPossible as refused:
                form.add_error("number", str(refused))
            else:
                messages.success(request, _("已选入：%(name)s") % {"name": person.name})
                return go(request, "desk:pool", pk)
    return _show(request, found, form)


@for_roles(Role.OFFICE)
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Members by condition as of today; a second time changes nothing."""
    found = _find(request, pk)
    may_manage(user_of(request), found).or_refuse()
    joined, left = refresh_pool(pool=found, by=user_of(request))
    messages.success(request, _("新入 %(joined)d 人，退出 %(left)d 人。") % {"joined": joined, "left": left})
    return go(request, "desk:pool", pk)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Take somebody out, with a reason."""
    found = _find(request, pk)
    may_manage(user_of(request), found).or_refuse()
    membership = get_object_or_404(members_of(found), pk=member)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        remove_member(membership=membership, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("已移出，不再自动入库。"))
        return go(request, "desk:pool", pk)
    context = {"pool": found, "membership": membership, "form": form}
    return render(request, "desk/pools/remove.html", context, status=422 if form.errors else 200)


def _find(request: HttpRequest, pk: int) -> Pool:
    home = home_of(current_scope(request))
    found = pools_visible_to(user_of(request)).filter(home=home).select_related("home")
    return get_object_or_404(found, pk=pk)


def _show(request: HttpRequest, found: Pool, form: MemberForm | None = None) -> HttpResponse:
    scope = current_scope(request)
    page = Paginator(members_of(found), PAGE_SIZE).get_page(request.GET.get("page"))
    people = rows_of([item.person for item in page], scope.pack.schema, scope.language)
    context = {
        "pool": found,
        "page": page,
        "rows": list(zip(page.object_list, people, strict=True)),
        "past": found.memberships.exclude(until=None).select_related("person", "by")[:PAST_SHOWN],
        "form": form or MemberForm(),
        "may_manage": may_manage(user_of(request), found),
    }
    return render_part(
        request, "desk/pools/pool.html#list", context, status=422 if form and form.errors else 200
    )
